package verify

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/oklog/ulid/v2"
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

// Deep compares a guild's count with Discord's history below the cutoff.
type Deep struct {
	history.Reader
	Gate *gate.Gate
}

// shadow is what Discord has: per channel the countable messages below the cutoff and their authors.
type shadow struct {
	mu       sync.Mutex
	channels map[snowflake.ID]map[snowflake.ID]snowflake.ID
	skipped  []Skipped
}

// Run reads all of the guild's history below cutoff and compares it with the log, id by id. It takes as
// long as an import, and about 50 bytes of memory for each message.
func (d *Deep) Run(ctx context.Context, cutoff snowflake.ID) (Result, error) {
	r := Result{Deep: true, Cutoff: cutoff}
	channels, err := d.List(ctx)
	if err != nil {
		return r, fmt.Errorf("list the channels: %w", err)
	}
	s := shadow{channels: map[snowflake.ID]map[snowflake.ID]snowflake.ID{}}
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
	messages := map[snowflake.ID]snowflake.ID{}
	err := history.ErrNoHistory
	if d.Readable(c.ID) {
		err = d.Walk(ctx, c.ID, cutoff, 0, func(page []discord.Message) error {
			for _, m := range page {
				if projections.Countable(uint16(m.Type), gate.Marks(m)) {
					messages[m.ID] = m.Author
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

// compare takes from the shadow what the log counts too: what then is left is missing.
func (d *Deep) compare(ctx context.Context, s *shadow, r *Result) error {
	users := map[snowflake.ID]*User{}
	user := func(id snowflake.ID) *User {
		if users[id] == nil {
			users[id] = &User{User: id}
		}
		return users[id]
	}
	for _, messages := range s.channels {
		for _, author := range messages {
			user(author).Expected++
		}
	}
	// What Discord told while the history was read waits at the gate: let it through first.
	var until ulid.ULID
	if err := d.Gate.Write(ctx, func(g *projections.Guild) ([]eventlog.Body, error) {
		until = g.Position()
		return nil, nil
	}); err != nil {
		return err
	}
	var err error
	r.Duplicates, err = projections.EachCounted(d.Gate.Log(), d.Guild, until, func(channel, id, author snowflake.ID) {
		messages, compared := s.channels[channel]
		if id >= r.Cutoff || !compared {
			return
		}
		u := user(author)
		u.Counted++
		if _, there := messages[id]; !there {
			u.Extra++
		}
		delete(messages, id)
	})
	if err != nil {
		return err
	}
	d.Gate.View(func(g *projections.Guild) {
		for _, messages := range s.channels {
			for id, author := range messages {
				if g.IsDeleted(id) { // after it was read
					user(author).Expected--
				} else {
					user(author).Missing++
				}
			}
		}
	})
	r.sum(users)
	return nil
}
