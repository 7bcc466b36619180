package main

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/oklog/ulid/v2"

	"tally/eventlog"
	"tally/eventlog/snowflake"
)

type logStatsCmd struct {
	dataFlag
	Format string `enum:"table,json" default:"table" help:"table or json."`
}

// Help is shown by --help.
func (logStatsCmd) Help() string {
	return `Counts the events by server, kind and origin, and says how long the log reaches back and how large it is.

Examples:

    tally log stats --data ./data
    tally log stats --data ./data --format json | jq '.guilds[].kinds'`
}

// logStats is the log's summary, for programs.
type logStats struct {
	Bytes         int64        `json:"bytes"`
	BytesPerEvent float64      `json:"bytes_per_event"`
	Records       int          `json:"records"`
	Events        int          `json:"events"`
	Unknown       int          `json:"unknown_events"`
	First         *ulid.ULID   `json:"first"` // null: the log is empty
	Last          *ulid.ULID   `json:"last"`
	FirstTime     *time.Time   `json:"first_time"`
	LastTime      *time.Time   `json:"last_time"`
	Guilds        []guildStats `json:"guilds"`
}

type guildStats struct {
	Guild   snowflake.ID            `json:"guild_id"`
	Records int                     `json:"records"`
	Events  int                     `json:"events"`
	Bytes   int64                   `json:"bytes"`
	Kinds   map[eventlog.Kind]int   `json:"kinds"`
	Origins map[eventlog.Origin]int `json:"origins"`
}

func (c *logStatsCmd) Run(t *terminal) error {
	return c.read(t, func(log *eventlog.Log) error {
		read, err := log.Stats()
		if err != nil {
			return err
		}
		s := newLogStats(read)
		if c.Format == "json" {
			return t.json(s)
		}
		s.print(t)
		return nil
	})
}

func newLogStats(read eventlog.Stats) logStats {
	s := logStats{Bytes: read.Bytes, Records: read.Records, Events: read.Events, Unknown: read.Unknown, Guilds: []guildStats{}}
	if s.Events > 0 {
		s.BytesPerEvent = float64(int(float64(s.Bytes)/float64(s.Events)*100)) / 100
		s.First, s.Last = &read.First, &read.Last
		s.FirstTime, s.LastTime = new(ulid.Time(s.First.Time()).UTC()), new(ulid.Time(s.Last.Time()).UTC())
	}
	for _, g := range read.Guilds {
		events := 0
		for _, n := range g.Kinds {
			events += n
		}
		s.Guilds = append(s.Guilds, guildStats{g.Guild, g.Records, events, g.Bytes, g.Kinds, g.Origins})
	}
	return s
}

func (s logStats) print(t *terminal) {
	facts := [][2]string{{"size", fmt.Sprintf("%s (%s bytes)", humanize.IBytes(uint64(s.Bytes)), number(s.Bytes))},
		{"records", number(s.Records)}, {"events", number(s.Events)}, {"bytes an event", fmt.Sprintf("%.2f", s.BytesPerEvent)}}
	if s.Events > 0 {
		facts = append(facts, [2]string{"first event", s.First.String() + "  " + clock(*s.FirstTime)}, [2]string{"last event", s.Last.String() + "  " + clock(*s.LastTime)})
	}
	if t.facts(facts...); s.Events == 0 {
		return
	}
	var rows [][]string
	for _, g := range s.Guilds {
		for _, k := range slices.Sorted(maps.Keys(g.Kinds)) {
			rows = append(rows, []string{g.Guild.String(), k.String(), "", number(g.Kinds[k])})
			if k != eventlog.KindMessage {
				continue
			}
			for _, o := range slices.Sorted(maps.Keys(g.Origins)) {
				rows = append(rows, []string{g.Guild.String(), "", o.String(), number(g.Origins[o])})
			}
		}
	}
	t.print("")
	t.table([]column{{name: "guild_id"}, {name: "kind"}, {name: "origin"}, {name: "events", right: true}}, rows)
	if s.Unknown > 0 {
		t.say("%s of kinds that this version doesn't know: a newer tally wrote them.", count(s.Unknown, "event"))
	}
}
