package session

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"tally/bot/discordtest"
)

// TestHangs has the gateway fall silent at each point of an Open.
func TestHangs(t *testing.T) {
	for name, silence := range map[string]func(*scene){
		"without hello":  func(c *scene) { c.listen() },
		"after hello":    func(c *scene) { c.hello(); c.listen() },
		"after IDENTIFY": func(c *scene) { c.greet(); c.beat() },
		"no READY":       func(c *scene) { c.greet(); c.say(`{"op":1,"d":null}`); c.beat() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newScript(t, silence, well)
				r := start(t, g, nil, nil)
				after(2*usual.open + 10*time.Second)
				if g.played != 2 || g.open != 1 {
					t.Errorf("%d connections were made and %d are left, want 2 and 1", g.played, g.open)
				}
				if n := r.count("READY"); n != 1 {
					t.Errorf("%d READYs, want 1", n)
				}
				_ = r.stop()
				g.close()
			})
		})
	}
}

// TestHangingResume has the gateway fall silent after RESUME: the session is given up.
func TestHangingResume(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newScript(t, brief, func(c *scene) { c.greet(); c.listen() }, well)
		r := start(t, g, nil, nil)
		after(2 * usual.open)
		r.is("READY", Disconnected, "READY")
		if len(g.resume) != 1 || len(g.identify) != 2 {
			t.Errorf("%d RESUMEs and %d IDENTIFYs", len(g.resume), len(g.identify))
		}
		_ = r.stop()
		g.close()
	})
}

// brief is a connection that is lost after READY or RESUMED.
func brief(c *scene) {
	if c.greet() == 2 {
		c.readyIs(1)
	} else {
		c.event(2, "RESUMED", "{}")
	}
	c.settle()
}

// TestOp7Deadlock makes discordgo wait for its own lock for ever. That is no durable wait for a bubble, so
// this test goes by the real clock, and hurries.
func TestOp7Deadlock(t *testing.T) {
	op7 := func(c *scene) { c.say(`{"op":7,"d":null}`); c.listen() }
	hurry := &timing{open: 100 * time.Millisecond, close: 50 * time.Millisecond, mute: time.Minute, take: time.Minute, pause: 100 * time.Millisecond, identify: time.Millisecond}
	for name, scenes := range map[string][]func(*scene){
		"in place of hello": {op7, well},
		"after IDENTIFY":    {func(c *scene) { c.greet(); op7(c) }, well},
		"after RESUME":      {brief, func(c *scene) { c.greet(); op7(c) }, well},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newScript(t, scenes...)
			ready := make(chan struct{}, 8)
			r := start(t, g, hurry, func(_ context.Context, e Event) {
				if e.Type == "READY" {
					ready <- struct{}{}
				}
			})
			for range len(scenes) - 1 {
				<-ready
			}
			if err := r.stop(); !errors.Is(err, context.Canceled) {
				t.Errorf("it ended with %v", err)
			}
			g.close()
		})
	}
}

// TestDeadConnection has the gateway answer no heartbeats any more, while its events still come.
func TestDeadConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDiscord(t, discordtest.Options{})
		guild := d.AddGuild("test")
		channel := guild.AddChannel(discordtest.ChannelSpec{Name: "general"})
		r := start(t, d, nil, nil)
		after(time.Hour)
		if n := r.count(Disconnected); n != 0 {
			t.Fatalf("%d connections were lost while all was well", n)
		}
		d.MuteHeartbeats(true)
		for range 9 {
			after(10 * time.Second)
			d.Send(channel, discordtest.Message{Author: guild.Owner()})
		}
		d.MuteHeartbeats(false)
		after(time.Minute)
		if s := d.Stats(); s.Resumes != 1 || s.Identifies != 1 {
			t.Errorf("%d RESUMEs and %d IDENTIFYs, want 1 and 1", s.Resumes, s.Identifies)
		}
		if m, l := r.count("MESSAGE_CREATE"), r.count(Disconnected); m != 9 || l != 1 {
			t.Errorf("%d messages and %d lost connections, want 9 and 1", m, l)
		}
		_ = r.stop()
		d.clean(t)
	})
}
