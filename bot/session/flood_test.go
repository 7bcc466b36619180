package session

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestFloodAtAResume has the first event that is sent again not be taken, while discordgo still opens the
// connection and holds its lock. A bubble's clock doesn't wait for that, so this goes by the real one.
func TestFloodAtAResume(t *testing.T) {
	g := newScript(t, brief, func(c *scene) {
		c.greet()
		c.event(2, "LOST", "{}")
		for seq := range 50 {
			c.event(seq+3, "LATER", "{}")
		}
		c.event(53, "RESUMED", "{}")
		c.say(`{"op":11}`)
		c.beat()
	}, func(c *scene) { c.greet(); c.readyIs(1); c.event(2, "NEW", "{}"); c.beat() })
	hurry := &timing{open: time.Minute, close: time.Second, mute: time.Minute, take: 100 * time.Millisecond, pause: 100 * time.Millisecond, identify: time.Millisecond}
	through := make(chan struct{}, 9)
	var taken []string
	r := start(t, g, hurry, func(ctx context.Context, e Event) {
		switch e.Type {
		case "LOST":
			<-ctx.Done()
			return
		case Acknowledged:
			through <- struct{}{}
		}
		taken = append(taken, e.Type)
	})
	<-through
	_ = r.stop()
	if want := strings.Fields("READY _DISCONNECTED _DISCONNECTED READY NEW _ACKNOWLEDGED _DISCONNECTED"); !slices.Equal(taken, want) {
		t.Errorf("it handed on %q, want %q", taken, want)
	}
	if len(g.resume) != 1 || len(g.identify) != 2 {
		t.Errorf("%d RESUMEs and %d IDENTIFYs, want 1 and 2", len(g.resume), len(g.identify))
	}
	g.close()
}

// TestLateIsNotLost has each event be taken late, but in time: the connection stays.
func TestLateIsNotLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newScript(t, func(c *scene) {
			c.greet()
			c.readyIs(1)
			for seq := range 10 {
				c.event(seq+2, "SLOW", "{}")
			}
			c.beat()
		})
		r := start(t, g, nil, func(_ context.Context, e Event) {
			if e.Type == "SLOW" {
				time.Sleep(usual.take / 5)
			}
		})
		after(5 * time.Minute)
		if n := r.count("SLOW"); n != 10 || g.played != 1 {
			t.Errorf("%d events came over %d connections, want 10 over one", n, g.played)
		}
		_ = r.stop()
		g.close()
	})
}

// TestNoSessionWithoutRoom takes nothing for a day: no new session is begun before there is room for it.
func TestNoSessionWithoutRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newScript(t, func(c *scene) { c.greet(); c.readyIs(1); c.settle(); c.event(2, "LOST", "{}"); c.beat() }, well)
		room := make(chan struct{})
		r := start(t, g, nil, func(ctx context.Context, e Event) {
			if e.Type != "READY" {
				select {
				case <-room:
				case <-ctx.Done():
				}
			}
		})
		after(24 * time.Hour)
		if g.open != 0 || g.played != 1 {
			t.Errorf("%d connections were made and %d are left, want 1 and none", g.played, g.open)
		}
		close(room)
		after(time.Minute)
		if len(g.resume) != 0 || len(g.identify) != 2 {
			t.Errorf("%d RESUMEs and %d IDENTIFYs, want none and 2", len(g.resume), len(g.identify))
		}
		_ = r.stop()
		g.close()
	})
}
