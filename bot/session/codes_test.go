package session

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"tally/bot/discordtest"
)

// TestFatalCodes closes with codes that no retry mends: the first connection, and a later one in the
// midst of all.
func TestFatalCodes(t *testing.T) {
	for code, want := range map[int]error{
		4004: ErrToken, 4010: ErrRefused, 4011: ErrRefused, 4012: ErrRefused, 4013: ErrIntents, 4014: ErrIntents,
	} {
		refuse := func(c *scene) { c.greet(); c.end(code) }
		midway := func(c *scene) { c.greet(); c.readyIs(1); c.settle(); c.end(code) }
		for name, scenes := range map[string][]func(*scene){"first": {refuse}, "later": {midway, refuse}} {
			t.Run(fmt.Sprintf("%d/%s", code, name), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					g := newScript(t, scenes...)
					r := start(t, g, nil, nil)
					if err := <-r.ended; !errors.Is(err, want) {
						t.Errorf("it ended with %v, want %v", err, want)
					}
					if g.played != len(scenes) {
						t.Errorf("%d connections were made, want %d", g.played, len(scenes))
					}
					g.close()
				})
			})
		}
	}
}

// TestDeadResume answers RESUME in all ways that say no: the next session starts anew, once.
func TestDeadResume(t *testing.T) {
	for name, no := range map[string]func(*scene){
		"4007":     func(c *scene) { c.end(4007) },
		"4009":     func(c *scene) { c.end(4009) },
		"4003":     func(c *scene) { c.end(4003) },
		"op 9":     func(c *scene) { c.say(`{"op":9,"d":false}`); c.listen() },
		"op 9 yes": func(c *scene) { c.say(`{"op":9,"d":true}`); c.listen() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newScript(t, brief, func(c *scene) { c.greet(); no(c) }, well)
				r := start(t, g, nil, nil)
				after(time.Minute)
				r.is("READY", Disconnected, "READY")
				if len(g.resume) != 1 || len(g.identify) != 2 {
					t.Errorf("%d RESUMEs and %d IDENTIFYs, want 1 and 2", len(g.resume), len(g.identify))
				}
				_ = r.stop()
				g.close()
			})
		})
	}
}

// TestResumeThatNeverWorks cuts every RESUME off without a word.
func TestResumeThatNeverWorks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newScript(t, func(c *scene) {
			if c.greet() == 2 {
				c.readyIs(1)
				c.settle()
			}
		})
		r := start(t, g, nil, nil)
		after(time.Hour)
		if n := len(g.resume) / len(g.identify); n > mostFailures || len(g.identify) < 2 {
			t.Errorf("%d RESUMEs and %d IDENTIFYs", len(g.resume), len(g.identify))
		}
		_ = r.stop()
		g.close()
	})
}

// TestPoliteOnlyAtTheEnd looks at what becomes of the session: one that Discord cuts off, with or without
// a code, is resumed; one that the bot leaves is over.
func TestPoliteOnlyAtTheEnd(t *testing.T) {
	for _, code := range []int{0, 4000} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDiscord(t, discordtest.Options{})
				r := start(t, d, nil, nil)
				after(time.Minute)
				d.Disconnect(discordtest.Cut{Code: code})
				after(time.Minute)
				r.is("READY", Disconnected, "RESUMED")
				d.Reconnect()
				after(time.Minute)
				r.is("READY", Disconnected, "RESUMED", Disconnected, "RESUMED")
				if err := r.stop(); !errors.Is(err, context.Canceled) {
					t.Errorf("it ended with %v", err)
				}
				synctest.Wait()
				if left := d.Sessions(); len(left) != 0 {
					t.Errorf("%d sessions are left", len(left))
				}
				d.clean(t)
			})
		})
	}
}
