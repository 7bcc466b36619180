package verify

import (
	"context"
	"maps"
	"slices"

	"tally/bot/discord"
	"tally/bot/gate"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// comparison is one channel's, from the newest message down.
type comparison struct {
	*Deep
	channel snowflake.ID
	found   *Differences
	above   snowflake.ID                     // what is at or above it is compared
	shown   map[snowflake.ID]discord.Message // countable, below it
	missing map[snowflake.ID]discord.Message // don't count, but Discord shows them
	extra   map[snowflake.ID]snowflake.ID    // count, but Discord doesn't show them; with their authors
}

// compare holds a channel's history below cutoff against the log, and mends the log if that is wanted.
func (d *Deep) compare(ctx context.Context, channel, cutoff snowflake.ID, found *Differences) error {
	c := comparison{
		Deep: d, channel: channel, found: found, above: cutoff, shown: map[snowflake.ID]discord.Message{},
		missing: map[snowflake.ID]discord.Message{}, extra: map[snowflake.ID]snowflake.ID{},
	}
	ch, _ := d.Directory.Channel(channel)
	if ch.HoldsMessages() {
		if err := d.Walk(ctx, channel, cutoff, 0, c.page); err != nil {
			return err
		}
	}
	if err := c.downTo(0); err != nil {
		return err
	}
	if err := c.lookAgain(ctx); err != nil {
		return err
	}
	return c.settle(ctx)
}

// page takes a page. It is whole down to its oldest millisecond, which it may have cut apart.
func (c *comparison) page(page []discord.Message) error {
	least := page[0].ID
	for _, m := range page {
		least = min(least, m.ID)
		if projections.Countable(uint16(m.Type), gate.Marks(m)) {
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

// counted returns the messages of a channel with first <= id <= last that count, with their authors.
func (d *Deep) counted(channel, first, last snowflake.ID) (map[snowflake.ID]snowflake.ID, error) {
	held, err := d.Gate.Log().FindBetween(d.Guild, channel, first, last)
	if err != nil {
		return nil, err
	}
	return d.counting(channel, held), nil
}

func (d *Deep) counting(channel snowflake.ID, held []eventlog.Found) map[snowflake.ID]snowflake.ID {
	counted := map[snowflake.ID]snowflake.ID{}
	d.Gate.View(func(g *projections.Guild) {
		for _, f := range held {
			if g.Counts(channel, f) {
				counted[f.ID] = f.Author
			}
		}
	})
	return counted
}

// lookAgain takes out the differences that are none any more, now that what waited at the gate is through:
// live messages, deletes, and an import that has come to its end.
func (c *comparison) lookAgain(ctx context.Context) error {
	if len(c.missing)+len(c.extra) == 0 {
		return nil
	}
	if err := c.Gate.Write(ctx, func(*projections.Guild) ([]eventlog.Body, error) { return nil, nil }); err != nil {
		return err
	}
	held, err := c.Gate.Log().Find(c.Guild, c.channel, slices.Concat(slices.Collect(maps.Keys(c.missing)), slices.Collect(maps.Keys(c.extra)))...)
	if err != nil {
		return err
	}
	counted := c.counting(c.channel, held)
	for id, m := range c.missing {
		if _, counts := counted[id]; counts {
			c.found.user(m.Author).Counted++
			delete(c.missing, id)
		} else if c.Gate.IsDeleted(id) {
			c.found.user(m.Author).Expected--
			delete(c.missing, id)
		}
	}
	for id, author := range c.extra {
		if _, counts := counted[id]; !counts {
			c.found.user(author).Counted--
			delete(c.extra, id)
		}
	}
	return nil
}

// settle asks once more for messages that count and that Discord didn't show: those that it has after all
// are expected; those whose delete has come meanwhile are neither counted nor expected. What is left, and
// what is missing, is noted and mended.
func (c *comparison) settle(ctx context.Context) error {
	there, gone, err := c.Settle(ctx, c.channel, slices.Sorted(maps.Keys(c.extra)), c.Now, c.Gate.IsDeleted)
	if err != nil {
		return err
	}
	for _, m := range there {
		c.found.user(c.extra[m.ID]).Expected++
		delete(c.extra, m.ID)
	}
	for _, id := range gone {
		c.found.user(c.extra[id]).Extra++
		delete(c.extra, id)
	}
	for _, author := range c.extra {
		c.found.user(author).Counted--
	}
	for id, m := range c.missing {
		c.found.user(m.Author).Missing++
		c.found.missing = append(c.found.missing, place{c.channel, id})
	}
	c.found.Deleted += uint64(len(gone))
	if c.Repair && len(gone) > 0 {
		if err := c.Gate.Deleted(ctx, c.channel, gone...); err != nil {
			return err
		}
	}
	return c.mendMissing(ctx, c.channel, c.missing)
}
