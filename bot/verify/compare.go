package verify

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/oklog/ulid/v2"

	"tally/bot/discord"
	"tally/bot/history"
	"tally/bot/rest"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// extra is what the log counts and Discord didn't show: per channel the ids, rising, and their authors.
type extra struct {
	ids     map[snowflake.ID][]snowflake.ID
	authors map[snowflake.ID]snowflake.ID
}

// compare holds the log against the shadow, and mends it if that is wanted.
func (d *Deep) compare(ctx context.Context, s *shadow, r *Result) error {
	users := map[snowflake.ID]*User{}
	user := func(id snowflake.ID) *User {
		if users[id] == nil {
			users[id] = &User{User: id}
		}
		return users[id]
	}
	for _, messages := range s.channels {
		for _, m := range messages {
			user(m.Author).Expected++
		}
	}
	over := extra{map[snowflake.ID][]snowflake.ID{}, map[snowflake.ID]snowflake.ID{}}
	until, err := d.settled(ctx)
	if err != nil {
		return err
	}
	r.Duplicates, err = projections.EachCounted(d.Gate.Log(), d.Guild, until, func(channel, id, author snowflake.ID) {
		messages, compared := s.channels[channel]
		if id >= r.Cutoff || !compared {
			return
		}
		user(author).Counted++
		if _, there := messages[id]; !there {
			over.ids[channel] = append(over.ids[channel], id)
			over.authors[id] = author
		}
		delete(messages, id) // what is left in the end is missing
	})
	if err != nil {
		return err
	}
	for channel, messages := range s.channels {
		for id, m := range messages {
			if d.Gate.IsDeleted(id) { // after it was read
				user(m.Author).Expected--
				delete(messages, id)
			} else {
				user(m.Author).Missing++
			}
		}
		if err := d.mendMissing(ctx, channel, messages); err != nil {
			return err
		}
	}
	for channel, ids := range over.ids {
		if err := d.settleExtra(ctx, channel, ids, func(id snowflake.ID) *User { return user(over.authors[id]) }); err != nil {
			return err
		}
	}
	r.sum(users)
	r.Repaired = d.Repair
	return nil
}

// settled lets through what waits at the gate, which Discord told while the history was read, and returns
// the position that the log then has.
func (d *Deep) settled(ctx context.Context) (until ulid.ULID, err error) {
	err = d.Gate.Write(ctx, func(g *projections.Guild) ([]eventlog.Body, error) {
		until = g.Position()
		return nil, nil
	})
	return until, err
}

// settleExtra asks once more for messages that are counted and that Discord didn't show: those that it
// has after all are expected; those whose delete has come meanwhile are neither counted nor expected.
func (d *Deep) settleExtra(ctx context.Context, channel snowflake.ID, ids []snowflake.ID, user func(snowflake.ID) *User) error {
	there, gone, err := d.Settle(ctx, channel, ids, d.Now, d.Gate.IsDeleted)
	if errors.Is(err, rest.ErrUnknownChannel) || errors.Is(err, rest.ErrNoAccess) || errors.Is(err, history.ErrNoHistory) {
		return nil // it can't be read any more: nothing is known against these
	}
	if err != nil {
		return fmt.Errorf("ask again in channel %s: %w", channel, err)
	}
	fate := map[snowflake.ID]bool{}
	for _, m := range there {
		fate[m.ID] = true
		user(m.ID).Expected++
	}
	for _, id := range gone {
		fate[id] = true
		user(id).Extra++
	}
	for _, id := range ids {
		if !fate[id] {
			user(id).Counted--
		}
	}
	if d.Repair && len(gone) > 0 {
		return d.Gate.Deleted(ctx, channel, gone...)
	}
	return nil
}

func (d *Deep) mendMissing(ctx context.Context, channel snowflake.ID, missing map[snowflake.ID]discord.Message) error {
	if !d.Repair || len(missing) == 0 {
		return nil
	}
	for page := range slices.Chunk(slices.Collect(maps.Values(missing)), rest.MaxPage) {
		if err := d.Gate.Page(ctx, eventlog.Repair, 0, channel, page); err != nil {
			return err
		}
	}
	return nil
}
