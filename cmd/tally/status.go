package main

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

type statusCmd struct {
	dataFlag
	guildFlag
	Format   string `enum:"table,json" default:"table" help:"table or json (one object a server a line)."`
	Channels bool   `help:"In a table, list every channel; else only those that are not finished or could not be read."`
}

// Help is shown by --help.
func (statusCmd) Help() string {
	return `Shows each server's import: its state, the five fields, and how far each channel is.
/import-status in Discord shows the same.

Examples:

    tally status --data ./data
    tally status --data ./data --format json | jq .import`
}

// status is one server's state, for programs.
type status struct {
	Guild    snowflake.ID             `json:"guild_id"`
	Status   projections.Status       `json:"status"`
	Import   projections.ImportFields `json:"import"`
	Settings eventlog.Settings        `json:"settings"` // by which it counts
	Total    uint64                   `json:"total"`
	Users    int                      `json:"users"`
	Position ulid.ULID                `json:"position"` // of the last event
	Last     *importStatus            `json:"last_import"`
	Erased   int                      `json:"erased_users"`
	Left     *time.Time               `json:"left_at"` // when the bot was removed; null: it is in the server
}

// importStatus is the running import, or else the one that ended last.
type importStatus struct {
	Number   uint32          `json:"import"`
	State    string          `json:"state"`
	Forced   bool            `json:"forced"`
	Messages uint64          `json:"messages"`
	Done     int             `json:"channels_done"`
	Channels []channelStatus `json:"channels"`
}

type channelStatus struct {
	Channel  snowflake.ID  `json:"channel_id"`
	Messages uint64        `json:"messages"`
	Cursor   *snowflake.ID `json:"cursor"` // the smallest id read; null: none
	Outcome  string        `json:"outcome"`
}

// reading is the outcome of a channel, running the state of an import, that hasn't ended.
const (
	reading = "reading"
	running = "running"
)

func (c *statusCmd) Run(t *terminal) error {
	return c.read(t, func(log *eventlog.Log) error {
		guilds, err := c.of(log)
		if err != nil {
			return err
		}
		t.warnEmpty(guilds)
		for n, guild := range guilds {
			g, err := projections.Load(log, guild)
			if err != nil {
				return err
			}
			t.warnUnknown(g)
			if err := c.print(t, n, statusOf(g)); err != nil {
				return err
			}
		}
		return nil
	})
}

func statusOf(g *projections.Guild) status {
	state, _ := g.ImportStatus()
	s := status{Guild: g.ID, Status: state, Import: g.ImportFields(), Settings: g.Settings(), Total: g.Total(), Users: g.Writers(), Position: g.Position()}
	if at := g.Left(); !at.IsZero() {
		s.Left = &at
	}
	imp := g.LastImport()
	if imp == nil {
		return s
	}
	last := &importStatus{Number: imp.Number, State: outcome(imp.Outcome, running), Forced: imp.Forced, Messages: imp.Messages, Channels: []channelStatus{}}
	for _, id := range slices.Sorted(maps.Keys(imp.Channels)) {
		ch := imp.Channels[id]
		row := channelStatus{Channel: id, Messages: ch.Messages, Outcome: outcome(ch.Outcome, reading)}
		if ch.Cursor != 0 {
			row.Cursor = &ch.Cursor
		}
		if ch.Outcome != 0 {
			last.Done++
		}
		last.Channels = append(last.Channels, row)
	}
	slices.SortStableFunc(last.Channels, func(a, b channelStatus) int { return cmp.Compare(b.Messages, a.Messages) })
	s.Last = last
	return s
}

func outcome(o eventlog.Outcome, unfinished string) string {
	if o == 0 {
		return unfinished
	}
	return o.String()
}

// settingsFact says by which settings numbers are, unless that is by default.
func settingsFact(s eventlog.Settings) [][2]string {
	if differing := s.Differing(); len(differing) > 0 {
		return [][2]string{{"settings", strings.Join(differing, "; ")}}
	}
	return nil
}

func (c *statusCmd) print(t *terminal, n int, s status) error {
	if c.Format == "json" {
		return t.json(s)
	}
	if n > 0 {
		t.print("")
	}
	facts := append([][2]string{{"guild_id", s.Guild.String()}, {"status", string(s.Status)}}, fieldsOf(s.Import)...)
	facts = append(facts, settingsFact(s.Settings)...)
	facts = append(facts, [2]string{"total", number(s.Total)}, [2]string{"users", number(s.Users)})
	if s.Erased > 0 {
		facts = append(facts, [2]string{"erased users", number(s.Erased)})
	}
	if s.Left != nil {
		facts = append(facts, [2]string{"bot removed", clock(*s.Left)})
	}
	t.facts(append(facts, [2]string{"last event", s.Position.String()})...)
	if s.Last == nil {
		return nil
	}
	t.print("\nImport %d: %s, %s, %s done", s.Last.Number, s.Last.State, count(s.Last.Messages, "message"), count(s.Last.Done, "channel"))
	var rows [][]string
	for _, ch := range s.Last.Channels {
		if !c.Channels && ch.Outcome == eventlog.Completed.String() {
			continue
		}
		cursor, at := "–", "–"
		if ch.Cursor != nil {
			cursor, at = ch.Cursor.String(), clock(ch.Cursor.Time())
		}
		rows = append(rows, []string{ch.Channel.String(), number(ch.Messages), cursor, at, ch.Outcome})
	}
	if len(rows) > 0 {
		t.table([]column{{name: "channel_id"}, {name: "messages", right: true}, {name: "cursor", spare: 1}, {name: "read back to", spare: 2}, {name: "outcome"}}, rows)
	}
	return nil
}
