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
	"tally/eventlog/snowflake"
	"tally/projections"
)

const channelsAtOnce = 64

// Deep compares a guild's count with Discord's history below the cutoff.
type Deep struct {
	history.Reader
	Gate *gate.Gate
	// Now is Discord's clock.
	Now func() time.Time
	// Repair mends the log: what is missing is taken over, what Discord no longer has becomes a delete.
	// The count is then exactly Discord's in the channels that could be compared.
	Repair bool
}

// shadow is what Discord has: per channel the countable messages below the cutoff.
type shadow struct {
	mu       sync.Mutex
	channels map[snowflake.ID]map[snowflake.ID]discord.Message
	skipped  []Skipped
}

// Run reads all of the guild's history below cutoff and compares it with the log, id by id. It takes as
// long as an import, and about 150 bytes of memory for each message.
func (d *Deep) Run(ctx context.Context, cutoff snowflake.ID) (Result, error) {
	r := Result{Deep: true, Cutoff: cutoff}
	channels, err := d.List(ctx)
	if err != nil {
		return r, fmt.Errorf("list the channels: %w", err)
	}
	s := shadow{channels: map[snowflake.ID]map[snowflake.ID]discord.Message{}}
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(channelsAtOnce)
	for _, c := range channels {
		group.Go(func() error {
			if err := d.read(groupCtx, &s, c, cutoff); err != nil {
				return fmt.Errorf("read #%s (%s): %w", c.Name, c.ID, err)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return r, err
	}
	r.Skipped = s.skipped
	return r, d.compare(ctx, &s, &r)
}

// read takes one channel's messages into the shadow.
func (d *Deep) read(ctx context.Context, s *shadow, c discord.Channel, cutoff snowflake.ID) error {
	messages := map[snowflake.ID]discord.Message{}
	err := history.ErrNoHistory
	if d.Readable(c.ID) {
		err = d.Walk(ctx, c.ID, cutoff, 0, func(page []discord.Message) error {
			for _, m := range page {
				if projections.Countable(uint16(m.Type), gate.Marks(m)) {
					messages[m.ID] = m
				}
			}
			return nil
		})
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case errors.Is(err, rest.ErrUnknownChannel): // gone: so are its messages
		s.channels[c.ID] = nil
		return nil
	case errors.Is(err, history.ErrNoHistory) || errors.Is(err, rest.ErrNoAccess):
		s.skipped = append(s.skipped, Skipped{c.ID, history.ErrNoHistory.Error()})
		return nil
	}
	s.channels[c.ID] = messages
	return err
}
