package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

//go:embed page.html
var pageHTML string

//go:embed page.css
var pageCSS string

// Page is what is drawn: any number of guilds, one below the other.
type Page struct {
	Guilds  []*Figures
	Version string // of the program, for the foot of the page
	// Name returns the name of a guild, channel or user, or "". The log knows none. It may be nil.
	Name func(snowflake.ID) string
	// Home, if set, is the address of the page with all guilds, and API of the guild's JSON, without its id.
	Home, API string
}

// Write draws a page. It is whole in itself: it asks the network for nothing.
func Write(w io.Writer, p Page) error {
	if p.Name == nil {
		p.Name = func(snowflake.ID) string { return "" }
	}
	v := view{Page: p, CSS: template.CSS(pageCSS), Origins: Origins{}.Shares()}
	for _, f := range p.Guilds {
		v.Sections = append(v.Sections, sectionOf(f))
	}
	if err := page.Execute(w, v); err != nil {
		return fmt.Errorf("draw the report: %w", err)
	}
	return nil
}

// view is what the template sees.
type view struct {
	Page
	CSS      template.CSS
	Origins  []Share
	Sections []*section
}

// Title is the page's.
func (v view) Title() string {
	if len(v.Sections) == 1 {
		id := v.Sections[0].Guild
		if name := v.Name(id); name != "" {
			return "Tally: " + name
		}
		return "Tally: server " + id.String()
	}
	return "Tally"
}

// section is one guild as it is drawn.
type section struct {
	*Figures
	Charts []*barChart
	Heat   *heat
	Map    *coverageMap
	Board  list[User]
	Rooms  list[Channel]

	calendar *projections.Calendar
}

func sectionOf(f *Figures) *section {
	return &section{
		calendar: f.calendar(),
		Figures:  f, Charts: chartsOf(f.Days), Heat: heatOf(f.Hours), Map: mapOf(f),
		Board: cut(f.Users), Rooms: cut(f.Channels),
	}
}

// Clock writes an instant as the clocks of the guild's time zone show it.
func (s *section) Clock(layout string, t time.Time) string { return s.calendar.Clock(t).Format(layout) }

// shownFirst is how many rows of a long table stand open, and mostRows how many there are at all.
const (
	shownFirst = 20
	mostRows   = 1000
)

// list is a long table: what stands open, what can be opened, and how many rows are left out.
type list[T any] struct {
	First, Rest []T
	Left        int
}

func cut[T any](all []T) list[T] {
	shown := min(len(all), mostRows)
	first := min(shown, shownFirst)
	return list[T]{all[:first], all[first:shown], len(all) - shown}
}

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"number":  func(n any) string { return humanize.Comma(toInt(n)) },
	"compact": compact,
	"percent": func(n, of uint64) float64 { return 100 * float64(min(n, of)) / float64(max(of, 1)) },
	"share":   func(n, of uint64) string { return fmt.Sprintf("%.1f %%", 100*float64(n)/float64(max(of, 1))) },
	"plural":  plural,
	"words":   func(s eventlog.Settings) string { return strings.Join(s.Differing(), "; ") },
	"hours":   func() [24]int { return [24]int(countTo(24)) },
	"args":    func(values ...any) []any { return values },
}).Parse(pageHTML))

func toInt(n any) int64 {
	switch n := n.(type) {
	case uint64:
		return int64(n)
	case int:
		return int64(n)
	}
	panic(fmt.Sprintf("%T is not counted", n)) // the template's fault
}

// compact writes a number in at most four letters: 950, 1.2k, 12k, 3.4M.
func compact(n uint64) string {
	for _, u := range []struct {
		size uint64
		name string
	}{{1e9, "G"}, {1e6, "M"}, {1e3, "k"}} {
		if n >= 10*u.size {
			return fmt.Sprintf("%d%s", n/u.size, u.name)
		}
		if n >= u.size {
			return fmt.Sprintf("%.1f%s", float64(n/(u.size/10))/10, u.name)
		}
	}
	return fmt.Sprint(n)
}

func plural(n any, noun string) string {
	if toInt(n) == 1 {
		return "1 " + noun
	}
	if strings.HasSuffix(noun, "person") {
		return humanize.Comma(toInt(n)) + " " + strings.TrimSuffix(noun, "person") + "people"
	}
	return humanize.Comma(toInt(n)) + " " + noun + "s"
}

func countTo(n int) (list []int) {
	for i := range n {
		list = append(list, i)
	}
	return list
}
