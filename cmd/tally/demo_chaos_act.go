package main

import (
	"context"
	"time"

	"tally/projections"
)

// act is one life of the bot.
func (c *chaos) act(ctx context.Context, act int) error {
	c.pages.next(act + 1)
	if err := c.wakeBot(ctx, act); err != nil {
		return err
	}
	if act == 0 {
		if err := c.askForImport(ctx); err != nil {
			return err
		}
	}
	for _, card := range c.hand(act) {
		if err := c.pass(ctx, time.Duration(20+c.rng.IntN(40))*time.Millisecond); err != nil {
			return err
		}
		if err := card(c, ctx); err != nil {
			return err
		}
	}
	if act < chaosLives-1 {
		if err := c.until(ctx, "its share of pages", c.pages.reached); err != nil {
			return err
		}
		return c.killBot(ctx)
	}
	c.pages.free()
	if err := c.until(ctx, "the import's end", c.isImported); err != nil {
		return err
	}
	c.tell("the import is complete")
	return nil
}

// isImported looks into the bot of this process.
func (c *chaos) isImported() (done bool) {
	c.target.Gate.View(func(g *projections.Guild) { done = g.Running() == nil && g.Committed() != nil })
	return done
}

// card is something that happens in an act.
type card func(*chaos, context.Context) error

// hand is what happens in an act, in a random order.
func (c *chaos) hand(act int) []card {
	var all []card
	add := func(n int, one card) {
		for range n {
			all = append(all, one)
		}
	}
	add(8, deleteOne)
	add(2, deleteBulk)
	add(5, sendLate)
	add(5, redeliver)
	add(2, redeliverDeleted)
	for _, f := range c.gateway[act] {
		add(1, f.happen)
	}
	c.rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}
