package session

import (
	"errors"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"tally/bot/discordtest"
)

// TestGatewayUnknown has GET /gateway fail: the pauses grow to minutes, and begin anew after a connection
// that lasted.
func TestGatewayUnknown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newScript(t, well)
		g.failing = true
		r := start(t, g, nil, nil)
		after(24 * time.Hour)
		asked := g.times(&g.asked)
		if n := len(asked); n < 400 || n > 1000 {
			t.Errorf("it asked %d times in a day", n)
		}
		if d := asked[1].Sub(asked[0]); d > 10*time.Second {
			t.Errorf("the first pause was %v", d)
		}
		if d := asked[len(asked)-1].Sub(asked[len(asked)-2]); d < longestPause/2 {
			t.Errorf("the last pause was %v", d)
		}
		g.change(func() { g.failing = false })
		after(time.Hour)
		r.is("READY")
		lost := time.Now()
		g.cut()
		after(time.Minute)
		r.is("READY", Disconnected, "RESUMED")
		if d := g.times(&g.resume)[0].Sub(lost); d > 10*time.Second {
			t.Errorf("after a connection that lasted the pause was %v", d)
		}
		_ = r.stop()
		g.close()
	})
}

// TestPausesGrow has every connection be lost soon after its session was resumed.
func TestPausesGrow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newScript(t, brief)
		r := start(t, g, nil, nil)
		after(time.Hour)
		at := g.times(&g.resume)
		if d := at[1].Sub(at[0]); d > 20*time.Second {
			t.Errorf("the second pause was %v", d)
		}
		for i := len(at) - 10; i < len(at); i++ {
			if d := at[i].Sub(at[i-1]); d < longestPause/2 {
				t.Errorf("a late pause was %v", d)
			}
		}
		if n := len(g.times(&g.identify)); n != 1 {
			t.Errorf("%d IDENTIFYs, want 1", n)
		}
		_ = r.stop()
		g.close()
	})
}

// TestFlapping ends every session after a while, for two days: the IDENTIFYs stay below Discord's limits,
// which the emulator watches over.
func TestFlapping(t *testing.T) {
	for _, lasts := range []time.Duration{3 * time.Second, 65 * time.Second, 10 * time.Minute} {
		t.Run(lasts.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDiscord(t, discordtest.Options{})
				r := start(t, d, nil, nil)
				for end := time.Now().Add(48 * time.Hour); time.Now().Before(end); {
					if all := d.Sessions(); len(all) == 1 && all[0].Connected {
						after(lasts)
						d.Disconnect(discordtest.Cut{Code: 4000, Invalidate: true})
					}
					after(time.Second)
				}
				if n := d.Stats().Identifies; n < 100 || n > 2*1000 {
					t.Errorf("%d IDENTIFYs in two days", n)
				}
				if lost, n := r.count(Disconnected), r.count("READY"); lost > n || lost < n-1 {
					t.Errorf("%d connections, %d were lost", n, lost)
				}
				_ = r.stop()
				d.clean(t)
			})
		})
	}
}

// TestNoStartsLeft has Discord say that earlier runs have used up all IDENTIFYs of the day.
func TestNoStartsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newScript(t, well)
		g.starts = `{"total":1000,"remaining":0,"reset_after":7200000,"max_concurrency":1}`
		began := time.Now()
		r := start(t, g, nil, nil)
		after(3 * time.Hour)
		r.is("READY")
		if d := g.identify[0].Sub(began); d < 2*time.Hour {
			t.Errorf("it identified after %v", d)
		}
		_ = r.stop()
		g.close()
	})
}

// TestSizes checks what the guard goes by: that frames are told apart by their sizes.
func TestSizes(t *testing.T) {
	const mask, overhead13, most = 6, 22, 29
	beat := mask + len(`{"op":1,"d":0}`)
	for _, isTLS := range []bool{false, true} {
		g := &guarded{wire: newWire(t.Context())}
		g.tls.Store(isTLS)
		add := 0
		if isTLS {
			add = overhead13
		}
		frame := make([]byte, closeFrame+add)
		frame[0] = 0x88
		if !g.isClose(frame) {
			t.Errorf("tls %v: a close frame isn't known", isTLS)
		}
		for n := beat + add; n < smallFrame; n++ {
			if g.isClose(make([]byte, n)) {
				t.Errorf("tls %v: a frame of %d bytes is taken for a close frame", isTLS, n)
			}
		}
	}
	if pong := mask + 125 + most; pong > smallFrame {
		t.Errorf("a pong may have %d bytes", pong)
	}
	here, there := net.Pipe()
	defer func() { _ = errors.Join(here.Close(), there.Close()) }()
	g := &guarded{Conn: here, wire: newWire(t.Context())}
	g.up.Store(true)
	g.spoke.Store(true)
	if _, err := g.Write(make([]byte, smallFrame+1)); !errors.Is(err, errInvalid) || !g.wire.refused.Load() {
		t.Errorf("a second IDENTIFY: %v", err)
	}
}
