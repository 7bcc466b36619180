package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"tally/eventlog"
	"tally/projections"
)

// quietFor is how long the log must not have grown before what is missing then is taken for missing.
const quietFor = 2 * time.Second

// repair is what /verify-message-counts deep repair found before it mended it.
type repair struct {
	Missing string `json:"missing"`
	Extra   string `json:"extra"`
}

// rest waits until the bot is at rest. If it can't know of some deletes, it is asked to mend that.
func (c *chaos) rest(ctx context.Context, r *result) error {
	if err := c.quiet(ctx, r); err != nil {
		return err
	}
	if c.survived.Missed == 0 {
		return nil
	}
	c.tell("%s came as the bot was cut off: /verify-message-counts deep:true repair:true (up to a minute: it asks again for young messages)", count(c.survived.Missed, "delete"))
	reply, err := c.ask(ctx, c.history, "verify-message-counts", map[string]any{"deep": true, "repair": true})
	if err != nil {
		return err
	}
	c.survived.Repair = &repair{}
	for _, e := range reply.Embeds {
		for _, f := range e.Fields {
			switch f.Name {
			case "Missing":
				c.survived.Repair.Missing = f.Value
			case "Extra":
				c.survived.Repair.Extra = f.Value
			}
		}
	}
	return nil
}

// quiet waits until no import runs, no gap is open and the counts are right, or nothing moves any more:
// then comparing tells.
func (c *chaos) quiet(ctx context.Context, r *result) error {
	deadline := time.Now().Add(settleWithin)
	var position ulid.ULID
	for moved := time.Now(); ; {
		idle, now := false, position
		c.target.Gate.View(func(g *projections.Guild) {
			idle, now = g.Running() == nil && len(g.Gaps()) == 0, g.Position()
		})
		if now != position {
			position, moved = now, time.Now()
		}
		c.compare(r)
		c.countMissed()
		if idle && c.listening() && (r.same() || time.Since(moved) > quietFor) || time.Now().After(deadline) {
			return nil
		}
		if err := c.pass(ctx, chaosTick*4); err != nil {
			return err
		}
	}
}

// countMissed counts the deletes that the bot was not told of, and those that it was told of and has
// lost: there must be none.
func (c *chaos) countMissed() {
	c.survived.Missed, c.survived.Forgotten = 0, 0
	c.target.Gate.View(func(g *projections.Guild) {
		for _, d := range c.members.deleted {
			switch {
			case g.IsDeleted(d.id):
			case d.doubt:
				c.survived.Missed++
			default:
				c.survived.Forgotten++
			}
		}
	})
}

// sum adds what the log and the emulated Discord tell.
func (s *survived) sum(on *stage) error {
	s.Begun = on.server.Stats().Identifies
	for record, err := range on.log.Records(on.guild.ID(), ulid.ULID{}) {
		if err != nil {
			return fmt.Errorf("look for gaps in the log: %w", err)
		}
		for body, err := range record.Bodies() {
			if err != nil {
				return fmt.Errorf("look for gaps in the log: %w", err)
			}
			switch body.(type) {
			case eventlog.GapOpened:
				s.GapsOpened++
			case eventlog.GapClosed:
				s.GapsClosed++
			}
		}
	}
	return nil
}

func (r *repair) extra() (n int) {
	_, _ = fmt.Sscan(strings.ReplaceAll(r.Extra, ",", ""), &n) // what is no number is 0
	return n
}
