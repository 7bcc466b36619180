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

// TestOp9ToIdentify says no to every IDENTIFY: discordgo alone would send the next at once, for ever.
func TestOp9ToIdentify(t *testing.T) {
	for _, scheme := range []string{"ws", "wss"} {
		t.Run(scheme, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				no := func(c *scene) {
					c.greet()
					for ok := true; ok; _, ok = c.hear() {
						c.say(`{"op":9,"d":false}`)
					}
				}
				g := newScript(t, no, no, no, well)
				g.secure(t, scheme)
				r := start(t, g, nil, nil)
				after(2 * time.Minute)
				r.is("READY")
				g.spaced(t, 4)
				_ = r.stop()
				g.close()
			})
		})
	}
}

// spaced checks the times of the IDENTIFYs.
func (s *script) spaced(t *testing.T, n int) {
	t.Helper()
	if len(s.identify) != n {
		t.Errorf("%d IDENTIFYs, want %d", len(s.identify), n)
	}
	for i := 1; i < len(s.identify); i++ {
		if d := s.identify[i].Sub(s.identify[i-1]); d < 5*time.Second {
			t.Errorf("IDENTIFY %d came %v after the one before it", i, d)
		}
	}
}

// TestOp9Midway ends the session on an open connection, at once after READY and later.
func TestOp9Midway(t *testing.T) {
	for _, resumable := range []bool{true, false} {
		t.Run(fmt.Sprint(resumable), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDiscord(t, discordtest.Options{})
				r := start(t, d, nil, nil)
				want := []string{"READY"}
				for i, pause := range []time.Duration{2 * time.Second, time.Hour} {
					after(pause)
					d.InvalidSession(resumable)
					after(time.Minute)
					if resumable {
						want = append(want, Disconnected, "RESUMED")
					} else {
						want = append(want, Disconnected, "READY")
					}
					r.is(want...)
					if n := d.Stats().Identifies; resumable && n != 1 || !resumable && n != i+2 {
						t.Errorf("%d IDENTIFYs", n)
					}
				}
				_ = r.stop()
				d.clean(t)
			})
		})
	}
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
