package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/oklog/ulid/v2"

	"tally/eventlog"
)

type logGetCmd struct {
	dataFlag
	ULID   string `arg:"" name:"ulid" help:"The event's ULID, as tally log ls prints it."`
	Format string `enum:"table,json" default:"table" help:"table or json."`
}

// Help is shown by --help.
func (logGetCmd) Help() string {
	return `Shows all that an event holds, and where its ids carry times, those too.

Examples:

    tally log get 01J4XW8ZK3T6C1V9N5R2Q7M8BD --data ./data
    tally log get 01J4XW8ZK3T6C1V9N5R2Q7M8BD --data ./data --format json`
}

func (c *logGetCmd) Run(t *terminal) error {
	id, err := ulid.ParseStrict(strings.ToUpper(c.ULID))
	if err != nil {
		return usage(fmt.Errorf("%q is not a ULID", c.ULID), "It has 26 letters and digits; `tally log ls` prints them.")
	}
	return c.read(t, func(log *eventlog.Log) error {
		e, err := log.Get(id)
		if err != nil {
			return err
		}
		if c.Format == "json" {
			return t.json(e)
		}
		return t.event(e)
	})
}

// event writes all of an event, a field a line, in the order in which JSON has them.
func (t *terminal) event(e eventlog.Event) error {
	b, err := json.Marshal(e)
	if err != nil {
		return err
	}
	rows := [][2]string{}
	d := json.NewDecoder(strings.NewReader(string(b)))
	d.UseNumber()
	_, err = d.Token() // the brace
	for err == nil && d.More() {
		var name json.Token
		var value any
		if name, err = d.Token(); err == nil {
			err = d.Decode(&value)
		}
		rows = append(rows, [2]string{fmt.Sprint(name), fmt.Sprint(value)})
		if name == "ulid" {
			rows = append(rows, [2]string{"logged", clock(ulid.Time(e.ULID.Time()))})
		}
		if name == "message_id" {
			rows = append(rows, [2]string{"sent", clock(subjectOf(e).message.Time())})
		}
	}
	t.facts(rows...)
	return err
}
