package main

import (
	"fmt"

	"github.com/oklog/ulid/v2"

	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// tableLimit is how many events a table shows unless --limit says otherwise.
const tableLimit = 100

type logLsCmd struct {
	dataFlag
	filterFlags
	Limit  int    `placeholder:"N" default:"-1" help:"At most N events; 0: all. Default: 100 in a table, all as JSON."`
	Format string `enum:"table,json" default:"table" help:"table or json (one event a line)."`
}

// Help is shown by --help.
func (logLsCmd) Help() string {
	return `Lists the events that fit all the flags given, oldest first.

Examples:

    tally log ls --data ./data
    tally log ls --data ./data --kind import_finished
    tally log ls --data ./data --user 80351110224678912 --origin live --since 24h
    tally log ls --data ./data --format json | jq -r .kind | sort | uniq -c`
}

func (c *logLsCmd) Run(t *terminal) error {
	f, err := c.filter()
	if err != nil {
		return err
	}
	limit := c.Limit
	if limit < 0 && c.Format == "table" {
		limit = tableLimit
	}
	return c.read(t, func(log *eventlog.Log) error {
		if _, err := c.of(log); err != nil {
			return err
		}
		p := printer{t: t, format: c.Format}
		for e, err := range f.events(log, c.Since.before()) {
			if err == nil && limit > 0 && p.n == limit {
				if c.Limit < 0 {
					t.say("Only the first %s are shown; --limit 0 shows all.", number(limit))
				}
				break
			}
			if err := p.take(e, err); err != nil {
				return err
			}
		}
		return p.end()
	})
}

// printer writes events: as JSON at once, as a table at the end.
type printer struct {
	t      *terminal
	format string
	n      int // events
	bad    int // records that could not be read
	rows   [][]string
}

// take writes an event, or says what could not be read.
func (p *printer) take(e eventlog.Event, err error) error {
	if err != nil {
		p.bad++
		p.t.say("tally: %v", err)
		return nil
	}
	p.n++
	if p.format == "json" {
		return p.t.json(e)
	}
	s := subjectOf(e)
	origin := ""
	if s.origin != 0 {
		origin = s.origin.String()
	}
	p.rows = append(p.rows, []string{
		e.ULID.String(), clock(ulid.Time(e.ULID.Time())), e.Guild.String(), e.Kind.String(), origin,
		orBlank(s.channel), orBlank(s.message), orBlank(s.user), s.notes(),
	})
	return nil
}

func orBlank(id snowflake.ID) string {
	if id == 0 {
		return ""
	}
	return id.String()
}

var eventColumns = []column{
	{name: "ulid"}, {name: "logged", spare: 5}, {name: "guild_id", spare: 6}, {name: "kind"}, {name: "origin", spare: 1},
	{name: "channel_id", spare: 2}, {name: "message_id", spare: 4}, {name: "user_id", spare: 1}, {name: "notes", spare: 3},
}

func (p *printer) end() error {
	if p.format == "table" && p.n > 0 {
		p.t.table(eventColumns, p.rows)
	}
	if p.n == 0 && p.bad == 0 {
		p.t.say("No event fits.")
	}
	if p.bad > 0 {
		return advise(fmt.Errorf("%s could not be read", count(p.bad, "record")), "`tally log check` tells more. Restore the log from a backup.")
	}
	return nil
}
