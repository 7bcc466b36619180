package main

import (
	"errors"
	"fmt"

	"tally/eventlog"
)

type logCheckCmd struct {
	dataFlag
	Format string `enum:"table,json" default:"table" help:"table (a line for each fault) or json (an object for each, then one that sums up)."`
}

// Help is shown by --help.
func (logCheckCmd) Help() string {
	return `Reads the whole log: the file's structure, each record's checksum, their order, and all that they
hold. Names each damaged record. Exit code 1 if anything is wrong.

A damaged record is never counted. There is no repair: restore the log from a backup, or delete what
is damaged by importing anew into another folder.

Examples:

    tally log check --data ./data
    tally log check --data ./data --format json | jq 'select(.fault)'`
}

// fault is something wrong, for programs.
type fault struct {
	Guild  string `json:"guild_id,omitempty"`
	Record string `json:"record,omitempty"` // the ULID of its first event
	Fault  string `json:"fault"`
}

// checked is the sum, which comes last.
type checked struct {
	Whole   bool `json:"whole"`
	Faults  int  `json:"faults"`
	Records int  `json:"records"`
	Events  int  `json:"events"` // those that could be read
	Unknown int  `json:"unknown_events"`
}

func (c *logCheckCmd) Run(t *terminal) error {
	return c.read(t, func(log *eventlog.Log) error {
		faults := 0
		done, err := log.Check(func(err error) {
			faults++
			c.print(t, err)
		})
		if err != nil {
			return fmt.Errorf("the check can't go on: %w", err)
		}
		read := fmt.Sprintf("%s in %s", count(done.Events, "event"), count(done.Records, "record"))
		if c.Format == "json" {
			if err := t.json(checked{faults == 0, faults, done.Records, done.Events, done.Unknown}); err != nil {
				return err
			}
		}
		if done.Unknown > 0 {
			t.say("%s of kinds that this version doesn't know: a newer tally wrote them.", count(done.Unknown, "event"))
		}
		if faults > 0 {
			return advise(fmt.Errorf("%s found; %s could be read", count(faults, "fault"), count(done.Events, "event")), "Restore the log from a backup.")
		}
		if c.Format == "table" {
			t.print("The log is whole: %s.", read)
		}
		return nil
	})
}

func (c *logCheckCmd) print(t *terminal, err error) {
	if c.Format == "table" {
		t.print("%v", err)
		return
	}
	f := fault{Fault: err.Error()}
	if bad, ok := errors.AsType[*eventlog.CorruptError](err); ok {
		f = fault{bad.Guild.String(), bad.Record.String(), bad.Cause.Error()}
	}
	_ = t.json(f) // what can't be written shows when it is flushed
}
