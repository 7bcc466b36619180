package session

import (
	"context"
	"time"
)

// watch returns when the connection is lost, cutting it off if it is dead, or when ctx ends. It tells of
// each heartbeat that was answered, which discordgo notes in a field only.
func (c *connection) watch(ctx context.Context, w *wire) error {
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	opened := time.Now()
	for acked := opened; ; {
		select {
		case <-c.lost:
			return errLost
		case <-ctx.Done():
			c.close(w)
			return ctx.Err()
		case <-c.ctx.Done():
			if ctx.Err() != nil {
				c.close(w)
				return ctx.Err()
			}
			return c.drop(w, errFull)
		case <-look.C:
		}
		ready := c.ready.Load()
		if ack := c.acknowledged(); ack.After(acked) {
			acked = ack
			if ready != nil && ack.After(*ready) {
				c.give(Event{Type: Acknowledged})
			}
		}
		switch {
		case time.Since(acked) > c.timing.mute:
			return c.drop(w, errMute)
		case ready == nil && time.Since(opened) > c.timing.open:
			return c.drop(w, errHung)
		}
	}
}

// drop cuts the connection off. It returns reason, or errHung if discordgo doesn't notice.
func (c *connection) drop(w *wire, reason error) error {
	w.cut()
	select {
	case <-c.lost:
		return reason
	case <-time.After(c.timing.close):
		return errHung
	}
}

// acknowledged returns when a heartbeat was last answered; the zero time while discordgo holds its lock,
// as it does for a second when it closes, and for ever when it hangs.
func (c *connection) acknowledged() time.Time {
	if !c.session.TryRLock() {
		return time.Time{}
	}
	defer c.session.RUnlock()
	return c.session.LastHeartbeatAck
}

// close ends the connection politely, if that works in time. While discordgo holds its lock it is closing
// by itself, or hangs; to wait for it there could last for ever.
func (c *connection) close(w *wire) {
	w.polite.Store(true)
	deadline := time.After(c.timing.close)
	for !c.session.TryLock() {
		select {
		case <-time.After(c.timing.close / 100):
		case <-deadline:
			return
		}
	}
	c.session.Unlock()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = c.session.Close() // there is nothing left to be done about an error
	}()
	select {
	case <-done:
	case <-deadline:
	}
}
