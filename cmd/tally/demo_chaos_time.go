package main

import (
	"context"
	"fmt"
	"time"
)

// pass lets time go by, in which people write and late events arrive.
func (c *chaos) pass(ctx context.Context, d time.Duration) error {
	for end := time.Now().Add(d); ; {
		c.tick()
		if !time.Now().Before(end) {
			return ctx.Err()
		}
		select {
		case <-time.After(chaosTick):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// until lets time go by until ok holds.
func (c *chaos) until(ctx context.Context, what string, ok func() bool) error {
	for deadline := time.Now().Add(stallsAfter); !ok(); {
		if time.Now().After(deadline) {
			return fmt.Errorf("waited %s in vain for %s", stallsAfter, what)
		}
		if err := c.endedEarly(); err != nil {
			return err
		}
		if err := c.pass(ctx, chaosTick); err != nil {
			return err
		}
	}
	return nil
}

func (c *chaos) tick() {
	c.listening()
	due := int(float64(c.people.total) * time.Since(c.begun).Seconds() / chaosLasts.Seconds())
	c.people.advance(min(due, c.people.total))
	c.deliverLate(false)
}

// listening reports whether the bot is connected to the gateway. discordgo is given the time for a first
// heartbeat: it can hang for a minute when it is cut off before.
func (c *chaos) listening() bool {
	for _, s := range c.server.Sessions() {
		if s.Connected && s.Heartbeats > 0 {
			if s.ID != c.session {
				c.members.doubt(c.heard)
				c.session = s.ID
			}
			c.heard = time.Now()
			c.listens.Store(true)
			return true
		}
	}
	c.listens.Store(false)
	return false
}
