package main

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// gap is between two columns.
const gap = "  "

// column is a column of a table. Where a terminal is too narrow, empty ones are left out first, then
// the one with the highest spare; those with 0 stay.
type column struct {
	name  string
	right bool
	spare int
}

// table writes rows under a head, fitted to the terminal.
func (t *terminal) table(columns []column, rows [][]string) {
	columns, rows = t.fit(columns, rows)
	w := table.NewWriter()
	w.SuppressTrailingSpaces()
	w.SetStyle(table.Style{
		Box:     table.BoxStyle{PaddingRight: gap},
		Format:  table.FormatOptions{Header: text.FormatUpper},
		Options: table.OptionsNoBordersAndSeparators,
		Size:    table.SizeOptions{WidthMax: t.width},
	})
	head, configs := table.Row{}, []table.ColumnConfig{}
	for i, c := range columns {
		head = append(head, c.name)
		if c.right {
			configs = append(configs, table.ColumnConfig{Number: i + 1, Align: text.AlignRight, AlignHeader: text.AlignRight})
		}
	}
	w.AppendHeader(head)
	w.SetColumnConfigs(configs)
	for _, r := range rows {
		row := make(table.Row, len(r))
		for i, cell := range r {
			row[i] = cell
		}
		w.AppendRow(row)
	}
	t.print("%s", w.Render())
}

// fit leaves columns out until the table is no wider than the terminal, and says which.
func (t *terminal) fit(columns []column, rows [][]string) ([]column, [][]string) {
	var left []string
	for t.width > 0 && widthOfTable(columns, rows) > t.width {
		worst, empty := mostSpare(columns, rows)
		if columns[worst].spare == 0 {
			break
		}
		if !empty {
			left = append(left, columns[worst].name)
		}
		columns = slices.Delete(slices.Clone(columns), worst, worst+1)
		for i, r := range rows {
			rows[i] = slices.Delete(slices.Clone(r), worst, worst+1)
		}
	}
	if len(left) > 0 {
		t.say("left out for the terminal's width: %s (--format json has everything)", strings.Join(left, ", "))
	}
	return columns, rows
}

// mostSpare returns the column to be left out next, and whether it is empty.
func mostSpare(columns []column, rows [][]string) (worst int, empty bool) {
	for i, c := range columns {
		blank := !slices.ContainsFunc(rows, func(r []string) bool { return r[i] != "" })
		if c.spare > 0 && blank {
			return i, true
		}
		if c.spare > columns[worst].spare {
			worst = i
		}
	}
	return worst, false
}

func widthOfTable(columns []column, rows [][]string) int {
	sum := 0
	for i, c := range columns {
		widest := text.StringWidth(c.name)
		for _, r := range rows {
			widest = max(widest, text.StringWidth(r[i]))
		}
		sum += widest + len(gap)
	}
	return sum - len(gap)
}

// facts writes names and their values, one a line.
func (t *terminal) facts(rows ...[2]string) {
	widest := 0
	for _, r := range rows {
		widest = max(widest, text.StringWidth(r[0]))
	}
	for _, r := range rows {
		t.print("%s%s%s", text.Pad(r[0], widest, ' '), gap, r[1])
	}
}

// json writes a value as one line.
func (t *terminal) json(v any) error { return json.NewEncoder(t.out).Encode(v) }
