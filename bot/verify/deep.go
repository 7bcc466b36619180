package verify

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"tally/bot/discord"
	"tally/bot/gate"
	"tally/bot/history"
	"tally/bot/rest"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

const channelsAtOnce = 64

// Deep compares a guild's count with Discord's history below a cutoff, page by page: its memory grows with
// the differences, not with the messages.
type Deep struct {
	history.Reader
	Gate *gate.Gate
	// Now is Discord's clock.
	Now func() time.Time
	// Repair mends the log: what is missing is taken over, what Discord no longer has becomes a delete.
	// The count is then exactly Discord's in the channels that could be compared.
	Repair bool
}

// Run compares all channels, and takes as long as an import.
func (d *Deep) Run(ctx context.Context, cutoff snowflake.ID) (Result, error) {
	r := Result{Deep: true, Cutoff: cutoff}
	channels, err := d.channels(ctx)
	if err != nil {
		return r, fmt.Errorf("list the channels: %w", err)
	}
	sum := newDifferences()
	var mu sync.Mutex
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(channelsAtOnce)
	for _, c := range channels {
		group.Go(func() error {
			found, err := d.Channel(groupCtx, c, cutoff)
			if err != nil {
				return fmt.Errorf("compare #%s (%s): %w", c.Name, c.ID, err)
			}
			mu.Lock()
			defer mu.Unlock()
			sum.add(found)
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return r, err
	}
	r.Repaired = d.Repair
	return r, sum.result(&r, d.Gate.Log(), d.Guild)
}

// channels lists what Discord has, and what is counted besides: nobody may have told that it is gone.
func (d *Deep) channels(ctx context.Context) ([]discord.Channel, error) {
	channels, err := d.List(ctx)
	if err != nil {
		return nil, err
	}
	listed := map[snowflake.ID]bool{}
	for _, c := range channels {
		listed[c.ID] = true
	}
	d.Gate.View(func(g *projections.Guild) {
		for _, c := range g.Channels() {
			if !listed[c.Channel] {
				channels = append(channels, discord.Channel{ID: c.Channel, Parent: g.ParentOf(c.Channel)})
			}
		}
	})
	return channels, nil
}

// Channel compares one channel. With Repair it mends the log, and notes that the channel was checked. A
// channel that can't be read is only named in the result.
func (d *Deep) Channel(ctx context.Context, c discord.Channel, cutoff snowflake.ID) (*Differences, error) {
	found := newDifferences()
	var gap uint32
	if err := d.Gate.Write(ctx, func(g *projections.Guild) ([]eventlog.Body, error) {
		gap = g.NextGap() - 1 // and what came until now is in the log
		return nil, nil
	}); err != nil {
		return nil, err
	}
	since := d.Directory.Told()
	err := d.known(ctx, c)
	if err == nil {
		err = d.compare(ctx, c.ID, cutoff, found)
	}
	switch {
	case errors.Is(err, rest.ErrUnknownChannel):
		return d.gone(ctx, c, cutoff)
	case errors.Is(err, rest.ErrNoAccess):
		err := d.Refused(since, c.ID)
		return d.skipped(c), err
	case errors.Is(err, history.ErrNoHistory):
		return d.skipped(c), nil
	case err != nil:
		return nil, err
	}
	return found, d.checked(ctx, c.ID, gap)
}

// known returns ErrNoHistory where asking for the history would be of no use.
func (d *Deep) known(ctx context.Context, c discord.Channel) error {
	if _, ok := d.Directory.Channel(c.ID); !ok {
		if d.Shut(c.Parent) {
			return history.ErrNoHistory
		}
		since := d.Directory.Told()
		c, err := d.Client.Channel(ctx, c.ID)
		if err != nil {
			return err
		}
		d.Directory.Learn(since, c)
	}
	if !d.Readable(c.ID) {
		return history.ErrNoHistory
	}
	return nil
}

func (d *Deep) skipped(c discord.Channel) *Differences {
	reason := discord.CannotView
	if known, ok := d.Directory.Channel(c.ID); ok {
		reason = d.Directory.History(known)
	}
	found := newDifferences()
	found.skipped = []Skipped{{c.ID, reason.String()}}
	return found
}
