package main

import (
	"context"
	"slices"
	"time"

	"tally/eventlog/snowflake"
)

// redeliver has the gateway deliver a message again, of whatever age.
func redeliver(c *chaos, _ context.Context) error {
	if at, ok := c.pick(); ok {
		c.server.Redeliver(c.members.pool[at].channel, c.members.pool[at].id)
		c.survived.add(faultAgain, 1)
	}
	return nil
}

// redeliverDeleted does the same to a message that is gone.
func redeliverDeleted(c *chaos, _ context.Context) error {
	if n := len(c.members.deleted); n > 0 {
		d := c.members.deleted[c.rng.IntN(n)]
		c.server.Redeliver(d.channel, d.id)
		c.survived.add(faultGhost, 1)
	}
	return nil
}

func deleteOne(c *chaos, ctx context.Context) error { return c.delete(ctx, 1) }

func deleteBulk(c *chaos, ctx context.Context) error {
	return c.delete(ctx, 2+c.rng.IntN(largestBulk-1))
}

// delete deletes up to n messages of a channel while the bot listens: of a delete that it isn't told of
// it could only learn by reading everything anew.
func (c *chaos) delete(ctx context.Context, n int) error {
	if err := c.until(ctx, "the bot to listen", c.listening); err != nil {
		return err
	}
	at, ok := c.pick()
	if !ok {
		return nil
	}
	w := &c.members
	channel := w.pool[at].channel
	var ids []snowflake.ID
	take := func(p place) bool {
		if len(ids) == n || p.channel != channel {
			return false
		}
		ids = append(ids, p.id)
		w.deleted = append(w.deleted, deletion{place: p, at: time.Now()})
		return true
	}
	take(w.pool[at])
	w.pool = slices.DeleteFunc(slices.Delete(w.pool, at, at+1), take)
	c.server.Delete(channel, ids...)
	kind := faultBulk
	if len(ids) == 1 {
		kind = faultDelete
	}
	c.survived.add(kind, len(ids))
	return nil
}

// lull lets the bot take the deletes that it was told of, before its connection or its process ends.
func (c *chaos) lull(ctx context.Context) error {
	n := len(c.members.deleted)
	if n == 0 {
		return nil
	}
	return c.pass(ctx, takenWithin-time.Since(c.members.deleted[n-1].at))
}
