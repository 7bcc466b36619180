package bot

import (
	"sync"
	"testing"
	"time"

	"tally/bot/discordtest"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// TestGuildsAreIndependent imports two guilds at once, one of which is slow, while a third only tracks.
func TestGuildsAreIndependent(t *testing.T) {
	w := newWorld(t, discordtest.Options{})
	slow, quick, third := w.addServer("slow"), w.addServer("quick"), w.addServer("third")
	for _, s := range []server{slow, quick, third} {
		w.write(s, 700)
	}
	w.start()
	hold := make(chan struct{})
	w.OnHistory(func(r discordtest.HistoryRequest) {
		w.write(third, 1)
		if r.Channel == slow.general {
			<-hold
		}
	})
	w.run(slow.Guild, "import-messages", nil)
	w.run(quick.Guild, "import-messages", nil)
	w.imported(quick.Guild) // while the slow one stands still
	w.exact(quick.Guild)
	if n := w.total(slow); n != 0 {
		t.Errorf("%d are shown of a guild whose import is not finished", n)
	}
	close(hold)
	w.imported(slow.Guild)
	w.OnHistory(nil)
	w.exact(slow.Guild)
	want := w.Truth(third.ID()).Total - 700
	w.until("the third guild has all that came live", func() bool { return w.total(third) == want })
	w.view(third.Guild, func(g *projections.Guild) {
		if status, _ := g.ImportStatus(); status != projections.StatusNone {
			t.Errorf("the import of the third guild is %s", status)
		}
	})
}

// handClock is a clock that stands until it is moved, but for a step whenever it is asked.
type handClock struct {
	mu   sync.Mutex
	now  time.Time
	step time.Duration
}

func (c *handClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(c.step)
	return c.now
}

func (c *handClock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// TestAtTheCutoff has messages in the very millisecond of the cutoff and right beside it.
func TestAtTheCutoff(t *testing.T) {
	clock := &handClock{now: time.Now()}
	w := newWorld(t, discordtest.Options{Clock: clock.Now})
	s := w.addServer("cutoff")
	clock.move(time.Second)
	before := w.Send(s.general, discordtest.Message{Author: s.ann})
	w.start()
	clock.move(time.Millisecond)
	w.run(s.Guild, "import-messages", nil)                                                     // the clock stands: what is sent now is sent at the cutoff
	at := w.Send(s.general, discordtest.Message{Author: s.bob, ID: snowflake.At(clock.Now())}) // the very first id of it
	w.Send(s.general, discordtest.Message{Author: s.bob})
	w.imported(s.Guild)
	w.exact(s.Guild)
	var cutoff snowflake.ID
	w.view(s.Guild, func(g *projections.Guild) { cutoff = g.Committed().Cutoff })
	if cutoff.Ms() != at.Ms() || cutoff.Ms() != before.Ms()+1 {
		t.Fatalf("the cutoff is at %d, the messages at %d and %d: not what this test is about", cutoff.Ms(), before.Ms(), at.Ms())
	}
	w.view(s.Guild, func(g *projections.Guild) {
		if ann, bob := g.User(s.ann).Messages, g.User(s.bob).Messages; ann != 1 || bob != 2 {
			t.Errorf("counted %d before and %d at the cutoff, want 1 and 2", ann, bob)
		}
	})
}

// TestCutoffIsAboveTheLog has a message in the log that is newer than the interaction which asks for the
// import: the clocks of two Discord workers differ.
func TestCutoffIsAboveTheLog(t *testing.T) {
	w := newWorld(t, discordtest.Options{})
	s := w.addServer("cutoff")
	w.write(s, 10)
	w.start()
	ahead := w.Send(s.general, discordtest.Message{Author: s.ann, ID: snowflake.At(time.Now().Add(600 * time.Millisecond))})
	w.until("it is counted", func() bool { return w.total(s) == 1 })
	w.run(s.Guild, "import-messages", nil)
	w.imported(s.Guild)
	w.view(s.Guild, func(g *projections.Guild) {
		if c := g.Committed().Cutoff; c <= ahead {
			t.Errorf("the cutoff %s is not above %s, which the log held", c, ahead)
		}
	})
	w.exact(s.Guild)
}

// TestDirectMessages are none of Tally's business, whatever the gateway delivers.
func TestDirectMessages(t *testing.T) {
	w := newWorld(t, discordtest.Options{})
	s := w.addServer("direct")
	w.start()
	w.Dispatch("MESSAGE_CREATE", map[string]any{
		"id": w.Send(s.general, discordtest.Message{Author: s.ann}) + 1, "channel_id": "4711", "type": 0, "author": map[string]any{"id": s.ann},
	})
	w.write(s, 1)
	w.exact(s.Guild)
	if guilds, err := w.log.Guilds(); err != nil || len(guilds) != 1 {
		t.Errorf("the log has the guilds %v (%v), want one", guilds, err)
	}
}
