package main

import (
	"errors"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"tally/eventlog"
)

type logTailCmd struct {
	dataFlag
	filterFlags
	Limit  int    `short:"n" placeholder:"N" default:"10" help:"How many events (default: ${default})."`
	Follow bool   `short:"f" help:"Go on with what a running bot adds, until Ctrl-C."`
	Format string `enum:"table,json" default:"table" help:"table or json (one event a line)."`
}

// Help is shown by --help.
func (logTailCmd) Help() string {
	return `Lists the last events that fit all the flags given, oldest first.

Examples:

    tally log tail --data ./data
    tally log tail --data ./data -n 3 --origin live --format json
    tally log tail --data ./data -f --kind import_finished`
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
	err = c.read(t, func(log *eventlog.Log) error {
		if _, err := c.of(log); err != nil {
			return err
		}
		if c.Follow && t.held == nil {
			return usage(errors.New("no bot runs on this log, so nothing is added to it"), "Start it with `tally run --data "+c.Data+"`, or leave -f out.")
		}
		var last []found
		for _, span := range tailSpans {
			var from moment
			if from.at(time.Now().Add(-span)) != nil || c.Since.first().Compare(from.id) >= 0 {
				break
			}
			at := from.id
			if last = c.last(f, log, &at); len(last) == c.Limit {
				return c.show(t, f, log, last, at)
			}
		}
		at := c.Since.before()
		last = c.last(f, log, &at)
		return c.show(t, f, log, last, at)
	})
	if c.Follow && t.ctx.Err() != nil { // that is how it ends
		return nil
	}
	return err
}

// found is an event, or what could not be read in its place.
type found struct {
	eventlog.Event
	err error
}

// show prints the last events and, where that is asked for, those that come after them.
func (c *logTailCmd) show(t *terminal, f filter, log *eventlog.Log, last []found, at ulid.ULID) error {
	p := printer{t: t, format: c.Format}
	for _, e := range last {
		if err := p.take(e.Event, e.err); err != nil {
			return err
		}
	}
	if err := p.end(); err != nil || !c.Follow {
		return err
	}
	return p.follow(f, log, at)
}

// lookEvery is how often a log that is followed is looked at.
const lookEvery = 300 * time.Millisecond

// follow prints what comes after an event, a line each, until the terminal is left.
func (p *printer) follow(f filter, log *eventlog.Log, at ulid.ULID) error {
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for {
		p.rows = p.rows[:0]
		for e, err := range f.onward(log, &at) {
			if err := p.take(e, err); err != nil {
				return err
			}
		}
		for _, row := range p.rows {
			p.t.print("%s", strings.Join(row, gap))
		}
		if err := p.t.out.Flush(); err != nil {
			return err
		}
		select {
		case <-look.C:
		case <-p.t.ctx.Done():
			return nil
		}
	}
}

// last returns the last events after a ULID, as many as are asked for, and moves it to the log's last.
func (c *logTailCmd) last(f filter, log *eventlog.Log, after *ulid.ULID) (last []found) {
	for e, err := range f.onward(log, after) {
		if last = append(last, found{e, err}); len(last) > 2*c.Limit+1024 {
			last = append(last[:0], last[len(last)-c.Limit:]...)
		}
	}
	return last[max(len(last)-c.Limit, 0):]
}
