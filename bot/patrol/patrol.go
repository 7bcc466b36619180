// Package patrol learns of what was deleted while nobody listened. Discord never tells of it afterwards, so
// after a gap every channel that holds counted messages is read once more and held against the log, slowly
// and behind everything else. What is done is in the log, channel by channel, so a restart goes on where
// the patrol was.
package patrol

import (
	"cmp"
	"context"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"tally/bot/discord"
	"tally/bot/gate"
	"tally/bot/history"
	"tally/bot/rest"
	"tally/bot/worker"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// ChannelsAtOnce is how many channels all guilds' patrols read together, by default. That, and that their
// requests give way to all others, makes them slow.
const ChannelsAtOnce = 4

// Pace lets all guilds' patrols take turns.
type Pace struct {
	turns *semaphore.Weighted
	off   bool
}

// NewPace returns the pace that the patrols of one bot share: so many channels at once, 0 for the default,
// and with less there are no patrols.
func NewPace(channels int) Pace {
	if channels == 0 {
		channels = ChannelsAtOnce
	}
	return Pace{turns: semaphore.NewWeighted(int64(max(channels, 1))), off: channels < 0}
}

// Patrol checks one guild.
type Patrol struct {
	history.Reader
	Gate *gate.Gate
	Pace Pace
	// Now is Discord's clock.
	Now func() time.Time
	// Check holds a channel's history below cutoff against the log, mends the log, and notes that there.
	Check func(ctx context.Context, c discord.Channel, cutoff snowflake.ID) error
	// Listed, if set, is called when the directory has all archived threads as they are after a gap.
	Listed func(context.Context) error
	// Lost, if set, is called for a channel that Discord refuses to show.
	Lost func(context.Context, snowflake.ID) error
	// Missed, if set, is called when a gap may be one that can be closed now.
	Missed func()

	listed   uint32                // the gap after which threads were listed last
	readable int                   // the channels that could be read then
	refused  map[snowflake.ID]bool // what is not worth asking for as long as a channel can't be read
}

// Run checks the channels that are to be checked and can be. It stops with worker.ErrLater when an import or
// a catch-up is under way, or a count by new settings.
func (p *Patrol) Run(ctx context.Context) error {
	if p.Pace.off || len(p.unchecked())+len(p.shutOut()) == 0 {
		return nil
	}
	if p.busy() {
		return worker.ErrLater
	}
	if err := p.list(ctx); err != nil {
		return err
	}
	if err := p.find(ctx); err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(ChannelsAtOnce)
	for _, c := range p.order() {
		group.Go(func() error {
			if err := p.Pace.turns.Acquire(ctx, 1); err != nil {
				return err
			}
			defer p.Pace.turns.Release(1)
			if p.busy() {
				return worker.ErrLater
			}
			return p.Check(rest.Background(ctx), c, snowflake.At(p.Now()))
		})
	}
	return group.Wait()
}

func (p *Patrol) busy() (busy bool) {
	p.Gate.View(func(g *projections.Guild) { busy = g.Running() != nil || !g.Covered() || g.Stale() })
	return busy
}

func (p *Patrol) unchecked() (ids []snowflake.ID) {
	p.Gate.View(func(g *projections.Guild) {
		for _, check := range g.Unchecked(p.Directory.ParentOf) {
			ids = append(ids, check.Channel)
		}
	})
	return ids
}

// order returns the channels that can be read, those first in which people write now: there is most to
// delete.
func (p *Patrol) order() []discord.Channel {
	var channels []discord.Channel
	for _, id := range p.unchecked() {
		if c, ok := p.Directory.Channel(id); ok && p.Readable(id) {
			channels = append(channels, c)
		}
	}
	slices.SortFunc(channels, func(a, b discord.Channel) int { return cmp.Compare(b.LastMessage, a.LastMessage) })
	return channels
}
