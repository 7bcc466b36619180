package verify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"tally/bot/discord"
	"tally/bot/gate"
	"tally/bot/history"
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
	sum, err := d.all(ctx, channels, cutoff)
	if err != nil {
		return r, err
	}
	// Only now: with a channel its threads go, and what counted of them was to be found first.
	if err := d.removeGone(ctx, sum.gone); err != nil {
		return r, err
	}
	r.sum(sum.users)
	slices.SortFunc(sum.skipped, func(a, b Skipped) int { return cmp.Compare(a.Channel, b.Channel) })
	r.Skipped, r.Repaired = sum.skipped, d.Repair
	r.Causes, err = d.explain(sum)
	return r, err
}

// all compares channels, many at once, and adds up what is found. One that can't be compared because the
// server is being changed is left out, and doesn't spoil the others.
func (d *Deep) all(ctx context.Context, channels []discord.Channel, cutoff snowflake.ID) (*Differences, error) {
	sum := newDifferences()
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(channelsAtOnce)
	for _, c := range channels {
		group.Go(func() error {
			found, err := d.channel(ctx, c, cutoff)
			if errors.Is(err, history.ErrChanging) {
				found, err = skip(c.ID, history.ErrChanging.Error()), nil
			}
			if err != nil {
				return fmt.Errorf("compare #%s (%s): %w", c.Name, c.ID, err)
			}
			mu.Lock()
			defer mu.Unlock()
			sum.add(found)
			return nil
		})
	}
	return sum, group.Wait()
}

// channels lists what Discord has, and what is counted besides: nobody may have told that it is gone.
func (d *Deep) channels(ctx context.Context) ([]discord.Channel, error) {
	channels, err := d.List(ctx, nil)
	if err != nil {
		return nil, err
	}
	listed := map[snowflake.ID]bool{}
	for _, c := range channels {
		listed[c.ID] = true
	}
	if err := d.Gate.Write(ctx, func(g *projections.Guild) ([]eventlog.Body, error) { // behind what waits
		channels = slices.DeleteFunc(channels, func(c discord.Channel) bool { return g.IsExcluded(c.ID) || c.IsThread() && g.IsExcluded(c.Parent) })
		for _, c := range g.Channels() {
			if !listed[c.Channel] {
				channels = append(channels, discord.Channel{ID: c.Channel, Parent: g.ParentOf(c.Channel)})
			}
		}
		return nil, nil
	}); err != nil {
		return nil, err
	}
	return channels, nil
}
