package session

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"tally/bot/discordtest"
)

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
