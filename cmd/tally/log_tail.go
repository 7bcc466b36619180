package main

import (
	"errors"
	"time"

	"github.com/oklog/ulid/v2"

	"tally/eventlog"
)

type logTailCmd struct {
	dataFlag
	filterFlags
	Limit  int    `short:"n" placeholder:"N" default:"10" help:"How many events."`
	Format string `enum:"table,json" default:"table" help:"table or json (one event a line)."`
}

// Help is shown by --help.
func (logTailCmd) Help() string {
	return `Lists the last events that fit all the flags given, oldest first.

    tally log tail --data ./data
    tally log tail --data ./data -n 3 --origin live --format json`
}

// tailSpans are how far back the log is read, one after another until that is enough.
var tailSpans = []time.Duration{time.Minute, time.Hour, 24 * time.Hour, 30 * 24 * time.Hour}

func (c *logTailCmd) Run(t *terminal) error {
	f, err := c.filter()
	if err != nil {
		return err
	}
	if c.Limit < 1 {
		return usage(errors.New("--limit is 1 or more"), "See `tally log tail --help`.")
	}
	return c.read(func(log *eventlog.Log) error {
		if _, err := c.of(log); err != nil {
			return err
		}
		var last []found
		for _, span := range tailSpans {
			var from moment
			if from.at(time.Now().Add(-span)) != nil || c.Since.first().Compare(from.id) >= 0 {
				break
			}
			if last = c.last(f, log, from.id); len(last) == c.Limit {
				return c.print(t, last)
			}
		}
		return c.print(t, c.last(f, log, c.Since.before()))
	})
}

// found is an event, or what could not be read in its place.
type found struct {
	eventlog.Event
	err error
}

// last returns the last events after a ULID, as many as are asked for.
func (c *logTailCmd) last(f filter, log *eventlog.Log, after ulid.ULID) (last []found) {
	for e, err := range f.events(log, after) {
		if last = append(last, found{e, err}); len(last) > 2*c.Limit+1024 {
			last = append(last[:0], last[len(last)-c.Limit:]...)
		}
	}
	return last[max(len(last)-c.Limit, 0):]
}

func (c *logTailCmd) print(t *terminal, last []found) error {
	p := printer{t: t, format: c.Format}
	for _, e := range last {
		if err := p.take(e.Event, e.err); err != nil {
			return err
		}
	}
	return p.end()
}
