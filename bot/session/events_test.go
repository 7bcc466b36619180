package session

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"tally/bot/discordtest"
	"tally/eventlog/snowflake"
)

// TestOrderOverAResume sends messages all the time while connections break.
func TestOrderOverAResume(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDiscord(t, discordtest.Options{})
		guild := d.AddGuild("test")
		channel := guild.AddChannel(discordtest.ChannelSpec{Name: "general"})
		r := start(t, d, nil, nil)
		after(time.Minute)
		var want []snowflake.ID
		for i := range 400 {
			want = append(want, d.Send(channel, discordtest.Message{Author: guild.Owner()}))
			switch i % 80 {
			case 20:
				d.Disconnect(discordtest.Cut{})
			case 50:
				d.Disconnect(discordtest.Cut{Code: 4000})
			case 79:
				synctest.Wait()
				if s := d.Sessions(); len(s) == 1 && s[0].Connected { // an Open that hears it first hangs, see TestOp7Deadlock
					d.Reconnect()
				}
			}
			time.Sleep(400 * time.Millisecond)
		}
		after(5 * time.Minute)
		if got := r.messages(); !slices.Equal(got, want) {
			t.Errorf("%d messages came of %d, or in another order", len(got), len(want))
		}
		if s := d.Stats(); s.Identifies != 1 || s.Resumes < 6 {
			t.Errorf("%d IDENTIFYs and %d RESUMEs", s.Identifies, s.Resumes)
		}
		_ = r.stop()
		d.clean(t)
	})
}

func (r *run) messages() (ids []snowflake.ID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.events {
		var m struct{ ID snowflake.ID }
		if e.Type == "MESSAGE_CREATE" && json.Unmarshal(e.Data, &m) == nil {
			ids = append(ids, m.ID)
		}
	}
	return ids
}

// TestOddPayloads sends what discordgo can't decode: it comes as it is.
func TestOddPayloads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		odd := [][2]string{
			{"MESSAGE_CREATE", `{"id":"1","components":[{"type":4711}]}`},
			{"MESSAGE_CREATE", `{"id":2,"author":"nobody","type":"x"}`},
			{"MESSAGE_CREATE", `null`},
			{"MESSAGE_DELETE_BULK", `[]`},
			{"GUILD_DELETE", `"gone"`},
			{"CHANNEL_UPDATE", `{}`},
			{"NEVER_HEARD_OF", `{"x":1}`},
		}
		g := newScript(t, func(c *scene) {
			c.greet()
			c.readyIs(1)
			for i, o := range odd {
				c.event(i+2, o[0], o[1])
			}
			c.beat()
		})
		r := start(t, g, nil, nil)
		after(time.Minute)
		want := []string{"READY"}
		for i, o := range odd {
			want = append(want, o[0])
			if r.mu.Lock(); i+1 < len(r.events) && string(r.events[i+1].Data) != o[1] {
				t.Errorf("%s came as %s", o[1], r.events[i+1].Data)
			}
			r.mu.Unlock()
		}
		r.is(want...)
		_ = r.stop()
		g.close()
	})
}

// TestAcknowledged checks that an answer to a heartbeat is told of only after all that came before it, and
// not before a resumed session has caught up.
func TestAcknowledged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newScript(t, func(c *scene) {
			c.greet()
			c.readyIs(1)
			c.hear()
			c.event(2, "SLOW", "{}")
			c.say(`{"op":11}`)
			c.event(3, "NEXT", "{}")
			time.Sleep(10 * time.Second)
		}, func(c *scene) {
			c.greet()
			c.event(4, "REPLAYED", "{}")
			c.settle()
			c.say(`{"op":11}`)
			time.Sleep(20 * time.Second)
			c.event(5, "RESUMED", "{}")
			c.beat()
		})
		r := start(t, g, nil, func(_ context.Context, e Event) {
			if e.Type == "SLOW" {
				time.Sleep(15*time.Second + 500*time.Millisecond) // not as the heartbeat is looked at
			}
		})
		after(2 * time.Minute)
		got := slices.Compact(r.types())
		want := strings.Fields("READY SLOW NEXT _ACKNOWLEDGED _DISCONNECTED REPLAYED RESUMED _ACKNOWLEDGED")
		if !slices.Equal(got, want) {
			t.Errorf("it handed on %q, want %q", got, want)
		}
		_ = r.stop()
		g.close()
	})
}

// TestEventsThatAreNotTaken has nobody take events for a while, as when a queue is full. The session is given
// up, without a word of what it still had: the next one is new, so what was lost is a gap.
func TestEventsThatAreNotTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDiscord(t, discordtest.Options{})
		guild := d.AddGuild("test")
		channel := guild.AddChannel(discordtest.ChannelSpec{Name: "general"})
		var stuck atomic.Bool
		var lost, acknowledged atomic.Int64
		r := start(t, d, nil, func(ctx context.Context, e Event) {
			switch {
			case stuck.Load() && e.Type != Disconnected: // for which there is room again, sooner or later
				<-ctx.Done()
				lost.Add(1)
			case lost.Load() > 0 && e.Type == Acknowledged:
				acknowledged.Add(1)
			}
		})
		after(time.Minute)
		stuck.Store(true)
		for range 20 {
			d.Send(channel, discordtest.Message{Author: guild.Owner()})
		}
		after(29 * time.Second)
		if n := d.Stats().Identifies; n != 1 || lost.Load() > 0 {
			t.Errorf("given up at once: %d IDENTIFYs", n)
		}
		after(2 * time.Second)
		stuck.Store(false)
		if lost.Load() != 1 {
			t.Errorf("%d events were given after the first that was not taken", lost.Load()-1)
		}
		after(5 * time.Minute)
		d.Send(channel, discordtest.Message{Author: guild.Owner()})
		after(time.Second)
		if s := d.Stats(); s.Identifies != 2 || s.Resumes != 0 || r.count("READY") != 2 || acknowledged.Load() == 0 {
			t.Errorf("%d IDENTIFYs, %d RESUMEs, %d READYs", s.Identifies, s.Resumes, r.count("READY"))
		}
		_ = r.stop()
		d.clean(t)
	})
}
