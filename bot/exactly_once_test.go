package bot

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tally/bot/discordtest"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// server is a small guild with two channels and two people.
type server struct {
	*discordtest.Guild
	general, other snowflake.ID
	ann, bob       snowflake.ID
}

func (w *world) addServer(name string) server {
	g := w.AddGuild(name)
	return server{
		Guild: g, general: g.AddChannel(discordtest.ChannelSpec{Name: "general"}), other: g.AddChannel(discordtest.ChannelSpec{Name: "other"}),
		ann: g.AddUser("ann", false), bob: g.AddUser("bob", false),
	}
}

// write sends n messages, by turns of both people to both channels.
func (w *world) write(s server, n int) {
	for i := range n {
		w.Send([]snowflake.ID{s.general, s.other}[i%2], discordtest.Message{Author: []snowflake.ID{s.ann, s.bob}[i/2%2]})
	}
}

func (w *world) total(s server) (n int) {
	w.view(s.Guild, func(g *projections.Guild) { n = int(g.Total()) })
	return n
}

// TestExactlyOnce has a case for each line of the table in the design's section 1 that the import and
// live tracking must get right. What each guards, and that it fails without its rule, is in TESTING.md.
func TestExactlyOnce(t *testing.T) {
	for name, c := range map[string]struct {
		o   discordtest.Options
		run func(*testing.T, *world, server)
	}{
		"messages between the cutoff and the reading":    {run: messagesWhileReading},
		"messages counted live before the import":        {run: messagesBeforeImport},
		"a host clock that is an hour ahead":             {run: messagesWhileReading, o: discordtest.Options{Clock: skewed(-time.Hour)}},
		"a host clock that is an hour behind":            {run: messagesWhileReading, o: discordtest.Options{Clock: skewed(time.Hour)}},
		"an event that the gateway delivers twice":       {run: redelivered},
		"an import that is interrupted":                  {run: interrupted, o: discordtest.Options{Clock: stepping()}},
		"force after an import":                          {run: forceAfter},
		"force while an import runs":                     {run: forceWhile},
		"deletes of live and imported messages":          {run: deletes},
		"a delete while its page is on its way":          {run: deleteInFlight},
		"threads, forum posts and voice chat":            {run: everyKindOfChannel},
		"a thread that repeats the message it is from":   {run: starterCopy},
		"no permission to read the history":              {run: noHistory},
		"a permission that is taken away in the middle":  {run: historyLost},
		"a channel that is deleted in the middle":        {run: channelGone},
		"a message that live tracking has a little late": {run: lateLive},
		"messages that history shows late or no more":    {run: shownLate},
		"a cancelled import":                             {run: cancelled},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, c.o)
			c.run(t, w, w.addServer("exact"))
		})
	}
}

func skewed(by time.Duration) func() time.Time {
	return func() time.Time { return time.Now().Add(by) }
}

// stepping returns a clock that moves on by 20 ms whenever it is asked: messages sent in a row don't
// share a millisecond, which the import would read again.
func stepping() func() time.Time {
	return (&handClock{now: time.Now(), step: 20 * time.Millisecond}).Now
}

func messagesWhileReading(t *testing.T, w *world, s server) {
	w.write(s, 250)
	w.start()
	w.OnHistory(func(discordtest.HistoryRequest) { w.write(s, 3) })
	w.run(s.Guild, "import-messages", nil)
	w.imported(s.Guild)
	w.OnHistory(nil)
	w.write(s, 10)
	w.exact(s.Guild)
}

func messagesBeforeImport(t *testing.T, w *world, s server) {
	w.write(s, 50)
	w.start()
	w.write(s, 50)
	w.until("they are counted live", func() bool { return w.total(s) == 50 })
	w.run(s.Guild, "import-messages", nil)
	w.imported(s.Guild)
	w.exact(s.Guild)
}

func redelivered(t *testing.T, w *world, s server) {
	w.start()
	first := w.Send(s.general, discordtest.Message{Author: s.ann})
	w.write(s, 20)
	w.Redeliver(s.general, first)
	w.Redeliver(s.general, first)
	w.write(s, 1)
	w.until("the last is counted", func() bool { return w.total(s) >= 22 })
	w.exact(s.Guild)
	w.stopBot() // the gate's memory is gone
	w.start()
	w.Redeliver(s.general, first)
	w.write(s, 1)
	w.until("the last is counted", func() bool { return w.total(s) >= 23 })
	w.exact(s.Guild)
}

func interrupted(t *testing.T, w *world, s server) {
	const messages, stops = 3000, 4
	w.write(s, messages)
	w.start()
	for i := range stops {
		var pages atomic.Int32
		w.OnHistory(func(discordtest.HistoryRequest) {
			pages.Add(1)
			time.Sleep(5 * time.Millisecond) // so that the bot is stopped within the import, not after it
		})
		if i == 0 {
			w.run(s.Guild, "import-messages", nil)
		}
		w.until("some pages are read", func() bool { return pages.Load() >= 4 })
		w.stopBot()
		w.OnHistory(nil)
		w.start()
	}
	w.imported(s.Guild)
	w.exact(s.Guild)
	served := 0
	for _, r := range w.HistoryRequests() {
		if r.Mode == "before" { // the last minutes are read once more, with "after"
			served += r.Served
		}
	}
	if most := messages + 30*2 + stops*2*100; served > most {
		t.Errorf("%d messages were read for %d: the import began anew", served, messages)
	}
}

func forceAfter(t *testing.T, w *world, s server) {
	w.write(s, 300)
	w.start()
	w.run(s.Guild, "import-messages", nil)
	w.imported(s.Guild)
	w.write(s, 40)
	w.exact(s.Guild)
	w.OnHistory(func(discordtest.HistoryRequest) {
		if n := w.total(s); n != 340 {
			t.Errorf("while the history is read again, %d are shown for 340", n)
		}
	})
	w.run(s.Guild, "import-messages", map[string]any{"force": true})
	w.until("it is finished", func() (done bool) {
		w.view(s.Guild, func(g *projections.Guild) { done = g.Committed().Number == 2 })
		return done
	})
	w.exact(s.Guild)
}

func forceWhile(t *testing.T, w *world, s server) {
	w.write(s, 900)
	w.start()
	hold, begun := make(chan struct{}), make(chan struct{}, 100)
	w.OnHistory(func(discordtest.HistoryRequest) { begun <- struct{}{}; <-hold })
	w.run(s.Guild, "import-messages", nil)
	<-begun
	if got := w.run(s.Guild, "import-messages", nil); !strings.Contains(got, "Import: running") {
		t.Errorf("a plain command while one runs: %s", got)
	}
	w.OnHistory(nil)
	w.write(s, 10)
	go func() { time.Sleep(20 * time.Millisecond); close(hold) }()
	if got := w.run(s.Guild, "import-messages", map[string]any{"force": true}); !strings.Contains(got, "has started") {
		t.Errorf("with force: %s", got)
	}
	w.imported(s.Guild)
	w.view(s.Guild, func(g *projections.Guild) {
		if n := g.Committed().Number; n != 2 {
			t.Errorf("import %d completed", n)
		}
	})
	w.exact(s.Guild)
}

func deletes(t *testing.T, w *world, s server) {
	var ids []snowflake.ID
	for range 150 {
		ids = append(ids, w.Send(s.general, discordtest.Message{Author: s.ann}))
	}
	w.start()
	w.run(s.Guild, "import-messages", nil)
	w.imported(s.Guild)
	for range 50 {
		ids = append(ids, w.Send(s.general, discordtest.Message{Author: s.bob}))
	}
	w.exact(s.Guild)
	w.Delete(s.general, ids[3])
	w.Delete(s.general, ids[150])
	w.Delete(s.general, ids[100:180]...)
	w.exact(s.Guild)
	w.view(s.Guild, func(g *projections.Guild) {
		if got := g.User(s.ann).Seen(); got != 150 {
			t.Errorf("ann wrote 150, %d were ever seen", got)
		}
	})
	w.run(s.Guild, "import-messages", map[string]any{"force": true})
	w.imported(s.Guild)
	w.exact(s.Guild)
}

func deleteInFlight(t *testing.T, w *world, s server) {
	w.write(s, 500)
	victims := []snowflake.ID{}
	for m := range s.History(s.general) {
		victims = append(victims, m.ID)
	}
	w.start()
	n := 0
	w.OnHistory(func(r discordtest.HistoryRequest) {
		if r.Channel == s.general && n+2 < len(victims) { // some already read, some not yet
			w.Delete(s.general, victims[n], victims[len(victims)-1-n])
			n++
		}
	})
	w.run(s.Guild, "import-messages", nil)
	w.imported(s.Guild)
	w.OnHistory(nil)
	w.exact(s.Guild)
}

func lateLive(t *testing.T, w *world, s server) {
	w.write(s, 100)
	w.start()
	early := w.Send(s.general, discordtest.Message{Author: s.ann}).Time()
	w.run(s.Guild, "import-messages", nil)
	w.imported(s.Guild)
	w.Send(s.general, discordtest.Message{Author: s.bob, ID: snowflake.At(early) + 1})
	w.exact(s.Guild)
}

// shownLate has two messages that came live before the import and that the history lacks when the import
// reads it: one is shown later, the other was deleted and nobody told.
func shownLate(t *testing.T, w *world, s server) {
	clock := snowflake.At(time.Now().Add(-10 * time.Minute)) // older than what is read twice
	w.write(s, 50)
	w.start()
	late := w.Send(s.general, discordtest.Message{Author: s.ann, ID: clock + 1, Delivery: discordtest.DispatchOnly})
	w.Send(s.general, discordtest.Message{Author: s.bob, ID: clock + 2, Delivery: discordtest.DispatchOnly})
	w.until("they are counted live", func() bool { return w.total(s) == 2 })
	var upwards atomic.Int32
	w.OnHistory(func(r discordtest.HistoryRequest) {
		if r.Channel == s.general && r.Mode == "after" && r.Limit == 100 && upwards.Add(1) == 2 { // the channel has been read, now its end again
			w.Send(s.general, discordtest.Message{Author: s.ann, ID: late, Delivery: discordtest.HistoryOnly})
		}
	})
	w.run(s.Guild, "import-messages", nil)
	w.imported(s.Guild)
	w.OnHistory(nil)
	w.exact(s.Guild)
	w.view(s.Guild, func(g *projections.Guild) {
		if bob := g.User(s.bob); bob.Deleted != 1 {
			t.Errorf("bob's deleted message is not remembered: %+v", bob)
		}
	})
}

func cancelled(t *testing.T, w *world, s server) {
	w.write(s, 500)
	w.start()
	w.write(s, 20)
	w.until("they are counted", func() bool { return w.total(s) == 20 })
	hold, begun := make(chan struct{}), make(chan struct{}, 100)
	w.OnHistory(func(discordtest.HistoryRequest) { begun <- struct{}{}; <-hold })
	w.run(s.Guild, "import-messages", nil)
	<-begun
	<-begun
	go func() { time.Sleep(20 * time.Millisecond); close(hold) }()
	if got := w.run(s.Guild, "import-cancel", nil); !strings.Contains(got, "is cancelled") {
		t.Errorf("cancel: %s", got)
	}
	if n := w.total(s); n != 20 {
		t.Errorf("after the import was cancelled %d are shown for 20", n)
	}
	if got := w.run(s.Guild, "import-status", nil); !strings.Contains(got, "Import: cancelled") {
		t.Errorf("status: %s", got)
	}
	w.OnHistory(nil)
	w.run(s.Guild, "import-messages", nil)
	w.imported(s.Guild)
	w.exact(s.Guild)
}
