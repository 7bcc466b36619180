package importer

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tally/bot/discord"
	"tally/bot/gate"
	"tally/bot/history"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// Importer carries on one guild's import.
type Importer struct {
	history.Reader
	Gate *gate.Gate
	// Now is Discord's clock, for the time at which the import ends.
	Now func() time.Time
	// Listed, if set, is told which channels and threads will be read.
	Listed func([]discord.Channel)
}

// ErrEnded says that the import that was being carried on is no longer the running one.
var ErrEnded = errors.New("the import was ended")

var errLate = errors.New("a message older than the cutoff came meanwhile")

// Run carries on the guild's running import until it is finished, and does nothing if there is none. An
// error leaves it as it is: a later Run goes on from there.
func (im *Importer) Run(ctx context.Context) error {
	var imp projections.Import
	im.Gate.View(func(g *projections.Guild) {
		if r := g.Running(); r != nil {
			imp = projections.Import{Number: r.Number, Cutoff: r.Cutoff, Partial: r.Partial}
		}
	})
	if imp.Number == 0 {
		return nil
	}
	channels, err := im.readAll(ctx, imp)
	if err != nil {
		return err
	}
	if err := im.readTails(ctx, imp, channels); err != nil {
		return fmt.Errorf("read the last minutes again: %w", err)
	}
	return im.complete(ctx, imp)
}

// complete closes the import once nothing older than its cutoff has come live since the comparison.
func (im *Importer) complete(ctx context.Context, imp projections.Import) error {
	for {
		late := 0
		if err := im.Gate.Write(ctx, func(*projections.Guild) ([]eventlog.Body, error) {
			late = im.Gate.Late()
			return nil, nil
		}); err != nil {
			return err
		}
		if err := im.reconcile(ctx, imp); err != nil {
			return fmt.Errorf("compare with what came live: %w", err)
		}
		err := im.Gate.Write(ctx, func(g *projections.Guild) ([]eventlog.Body, error) {
			switch {
			case !isRunning(g, imp.Number):
				return nil, ErrEnded
			case im.Gate.Late() != late:
				return nil, errLate
			}
			return []eventlog.Body{eventlog.ImportFinished{Import: imp.Number, Outcome: eventlog.Completed, At: im.end(g)}}, nil
		})
		if !errors.Is(err, errLate) {
			return err
		}
	}
}

// end is the time in Discord's clock: what its last answer said, to the second, or the newest id, if that
// is later.
func (im *Importer) end(g *projections.Guild) time.Time {
	now := im.Now()
	for _, id := range []snowflake.ID{g.Newest(), g.Running().Cutoff} {
		if id.Time().After(now) {
			now = id.Time()
		}
	}
	return now
}

func isRunning(g *projections.Guild, number uint32) bool {
	r := g.Running()
	return r != nil && r.Number == number
}

// progress returns how far the import is with a channel.
func (im *Importer) progress(number uint32, channel snowflake.ID) (p projections.ImportChannel, err error) {
	err = ErrEnded
	im.Gate.View(func(g *projections.Guild) {
		if isRunning(g, number) {
			err = nil
			if c := g.Running().Channels[channel]; c != nil {
				p = *c
			}
		}
	})
	return p, err
}

// finish notes how the reading of a channel ended. What is noted last counts.
func (im *Importer) finish(ctx context.Context, number uint32, c discord.Channel, outcome eventlog.Outcome) error {
	return im.Gate.Write(ctx, func(g *projections.Guild) ([]eventlog.Body, error) {
		if !isRunning(g, number) {
			return nil, ErrEnded
		}
		done := eventlog.ImportChannelFinished{Import: number, Channel: c.ID, Outcome: outcome}
		if c.IsThread() { // it goes with its channel; a channel stays when its category goes
			done.Parent = c.Parent
		}
		return []eventlog.Body{done}, nil
	})
}
