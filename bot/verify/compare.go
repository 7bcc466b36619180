package verify

import (
	"context"
	"maps"
	"slices"

	"tally/bot/discord"
	"tally/bot/gate"
	"tally/bot/history"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// comparison is one channel's, from the newest message down.
type comparison struct {
	*Deep
	channel snowflake.ID
	deleted bool       // the log said so before the reading began
	asked   gate.Asked // when what it knows to be there was seen, or later
	policy  projections.Policy
	found   *Differences
	above   snowflake.ID                     // what is at or above it is compared
	shown   map[snowflake.ID]discord.Message // countable, below it
	missing map[snowflake.ID]discord.Message // don't count, but Discord shows them
	extra   map[snowflake.ID]snowflake.ID    // count, but Discord doesn't show them; with their authors
}

// compare holds a channel's history below cutoff against the log, and mends the log if that is wanted.
func (d *Deep) compare(ctx context.Context, channel, cutoff snowflake.ID, deleted bool) (*Differences, error) {
	c := comparison{
		Deep: d, channel: channel, deleted: deleted, asked: d.Gate.Asking(), found: newDifferences(), above: cutoff,
		shown: map[snowflake.ID]discord.Message{}, missing: map[snowflake.ID]discord.Message{}, extra: map[snowflake.ID]snowflake.ID{},
	}
	d.Gate.View(func(g *projections.Guild) { c.policy = g.Policy() })
	ch, _ := d.Directory.Channel(channel)
	if ch.HoldsMessages() {
		if err := d.Walk(ctx, ch, cutoff, 0, c.page); err != nil {
			return nil, err
		}
	}
	if err := c.downTo(0); err != nil {
		return nil, err
	}
	if err := c.believe(ctx); err != nil {
		return nil, err
	}
	return c.found, c.conclude(ctx)
}

// page takes a page. It is whole down to its oldest millisecond, which it may have cut apart.
func (c *comparison) page(page []discord.Message) error {
	least := page[0].ID
	for _, m := range page {
		least = min(least, m.ID)
		if c.policy.Countable(uint16(m.Type), gate.Marks(m)) {
			m.Author = c.Gate.Author(m.Author)
			c.shown[m.ID] = m
		}
	}
	return c.downTo(least.LastOfMs() + 1)
}

// downTo compares what is at or above an id, and was not compared yet.
func (c *comparison) downTo(least snowflake.ID) error {
	if least >= c.above {
		return nil
	}
	counted, err := c.counted(c.channel, least, c.above-1)
	if err != nil {
		return err
	}
	for id, author := range counted {
		c.found.user(author).Counted++
		if _, there := c.shown[id]; !there {
			c.extra[id] = author
		}
	}
	for id, m := range c.shown {
		if id < least {
			continue
		}
		c.found.user(m.Author).Expected++
		if _, counts := counted[id]; !counts {
			c.missing[id] = m
		}
		delete(c.shown, id)
	}
	c.above = least
	return nil
}

// conclude notes the differences that are believed, and mends them. They are none of those that a change of the
// settings makes.
func (c *comparison) conclude(ctx context.Context) error {
	changed := false
	c.Gate.View(func(g *projections.Guild) { changed = g.Stale() || g.Policy() != c.policy || g.IsExcluded(c.channel) })
	if changed {
		return history.ErrChanging
	}
	missing, gone := slices.Sorted(maps.Keys(c.missing)), slices.Sorted(maps.Keys(c.extra))
	parent := c.Directory.ParentOf(c.channel)
	for _, id := range missing {
		c.found.user(c.missing[id].Author).Missing++
		c.found.missing = append(c.found.missing, place{c.channel, parent, id})
	}
	for _, id := range gone {
		c.found.user(c.extra[id]).Extra++
		c.found.extra = append(c.found.extra, place{c.channel, parent, id})
	}
	if c.Repair && len(gone) > 0 {
		if err := c.Gate.Deleted(ctx, c.channel, gone...); err != nil {
			return err
		}
	}
	return c.mendMissing(ctx, missing)
}
