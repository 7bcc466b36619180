package verify

import (
	"context"
	"maps"
	"slices"

	"tally/bot/rest"
	"tally/eventlog"
	"tally/projections"
)

// believe leaves only differences that still are some when everything else has had its say. Asking Discord
// again may take a minute, so the log is looked at before, to ask for less, and after.
func (c *comparison) believe(ctx context.Context) error {
	if err := c.lookAgain(ctx); err != nil {
		return err
	}
	if err := c.askForExtra(ctx); err != nil {
		return err
	}
	if err := c.seeAgain(ctx); err != nil {
		return err
	}
	return c.lookAgain(ctx)
}

// askForExtra leaves of what counts and was not shown what Discord really doesn't have.
func (c *comparison) askForExtra(ctx context.Context) error {
	if len(c.extra) == 0 {
		return nil
	}
	there, _, err := c.Settle(ctx, c.channel, slices.Sorted(maps.Keys(c.extra)), c.Now, c.Gate.IsDeleted)
	if err != nil {
		return err
	}
	for _, m := range there { // history shows it late
		c.found.user(c.extra[m.ID]).Expected++
		delete(c.extra, m.ID)
	}
	return nil
}

// seeAgain asks once more for what Discord has shown and doesn't count, if a gap has begun since: in it that may
// have been deleted, and nobody told.
func (c *comparison) seeAgain(ctx context.Context) error {
	asked := c.Gate.Asking()
	if len(c.missing) == 0 || asked == c.asked {
		return nil
	}
	there, _, err := c.Settle(ctx, c.channel, slices.Sorted(maps.Keys(c.missing)), c.Now, c.Gate.IsDeleted)
	if err != nil {
		return err
	}
	for _, m := range c.missing {
		c.found.user(m.Author).Expected--
	}
	clear(c.missing)
	for _, m := range there {
		c.found.user(m.Author).Expected++
		c.missing[m.ID] = m
	}
	c.asked = asked
	return nil
}

// lookAgain takes out the differences that are none any more, now that what waited at the gate is through:
// live messages, deletes, and an import that has come to its end. It returns rest.ErrUnknownChannel if the
// channel was deleted meanwhile.
func (c *comparison) lookAgain(ctx context.Context) error {
	if len(c.missing)+len(c.extra) == 0 {
		return nil
	}
	deleted := false
	if err := c.Gate.Write(ctx, func(g *projections.Guild) ([]eventlog.Body, error) {
		deleted = g.IsChannelDeleted(c.channel)
		return nil, nil
	}); err != nil {
		return err
	}
	if deleted && !c.deleted {
		return rest.ErrUnknownChannel
	}
	counted, err := c.countedOf(c.channel, slices.Concat(slices.Collect(maps.Keys(c.missing)), slices.Collect(maps.Keys(c.extra))))
	if err != nil {
		return err
	}
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
