package bot

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tally/bot/discord"
	"tally/bot/discordtest"
	"tally/bot/session"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// settled waits until no gap is open, and the counts are the truth.
func (w *world) settled(s server) {
	w.t.Helper()
	w.until("no gap is open", func() (ok bool) {
		w.view(s.Guild, func(g *projections.Guild) { ok = len(g.Gaps()) == 0 })
		return ok
	})
	w.exact(s.Guild)
}

// importedWorld is a server whose history is imported, with the bot running.
func importedWorld(t *testing.T, o discordtest.Options) (*world, server) {
	w := newWorld(t, o)
	s := w.addServer("downtime")
	w.write(s, 120)
	w.start()
	w.run(s.Guild, "import-messages", nil)
	w.imported(s.Guild)
	w.write(s, 10)
	w.exact(s.Guild)
	return w, s
}

func TestDowntimeIsCaughtUp(t *testing.T) {
	w, s := importedWorld(t, discordtest.Options{})
	w.stopBot()
	w.write(s, 321)
	thread := s.AddThread(discordtest.ThreadSpec{Parent: s.general, Name: "new"})
	channel := s.AddChannel(discordtest.ChannelSpec{Name: "new"})
	for range 150 {
		w.Send(thread, discordtest.Message{Author: s.ann})
		w.Send(channel, discordtest.Message{Author: s.bob})
	}
	w.start()
	w.write(s, 5)
	w.settled(s)
	w.stopBot() // and once more, with the same marks
	w.write(s, 7)
	w.start()
	w.settled(s)
}

func TestArchivedThreadsOfADowntime(t *testing.T) {
	clock := &handClock{now: time.Now().Add(-72 * time.Hour), step: time.Millisecond}
	w, s := importedWorld(t, discordtest.Options{Clock: clock.Now})
	old := s.AddThread(discordtest.ThreadSpec{Parent: s.other, Name: "old"})
	w.exact(s.Guild)
	w.stopBot()
	clock.move(10 * time.Hour)
	fresh := s.AddThread(discordtest.ThreadSpec{Parent: s.general, Name: "fresh"})
	for _, id := range []snowflake.ID{old, fresh} {
		w.Send(id, discordtest.Message{Author: s.ann})
		s.ArchiveThread(id, time.Time{})
	}
	w.start()
	w.settled(s)
}

// TestLostSessionIsCaughtUp has the gateway drop a session that can't be resumed, and messages meanwhile.
func TestLostSessionIsCaughtUp(t *testing.T) {
	w, s := importedWorld(t, discordtest.Options{})
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := w.AwaitSessions(ctx, func(all []discordtest.SessionInfo) bool { return len(all) == 1 && all[0].Heartbeats > 0 }); err != nil {
		t.Fatal(err)
	}
	w.Disconnect(discordtest.Cut{Code: 4000, Invalidate: true})
	w.write(s, 40)
	w.settled(s)
}

func TestOutageIsCaughtUp(t *testing.T) {
	w, s := importedWorld(t, discordtest.Options{})
	s.SetOutage(true)
	for range 25 {
		w.Send(s.general, discordtest.Message{Author: s.ann, Delivery: discordtest.HistoryOnly})
	}
	s.SetOutage(false)
	w.settled(s)
}

// TestGapSurvivesARestart stops the bot while it catches up, before anything of the gap could be read,
// and after newer messages came live: they must not move the mark.
func TestGapSurvivesARestart(t *testing.T) {
	w, s := importedWorld(t, discordtest.Options{})
	w.stopBot()
	w.write(s, 60)
	w.OnRequest(func(r *http.Request) *discordtest.Fault {
		if strings.HasSuffix(r.URL.Path, "/messages") {
			return &discordtest.Fault{Status: 200, Body: "[{"} // nothing that a retry of the request would mend
		}
		return nil
	})
	w.start()
	w.write(s, 4)
	w.until("what came live is counted", func() bool { return w.total(s) >= 134 })
	w.until("the gap is open", func() (open bool) {
		w.view(s.Guild, func(g *projections.Guild) { open = len(g.Gaps()) > 0 })
		return open
	})
	w.stopBot()
	w.OnRequest(nil)
	w.start()
	w.settled(s)
}

// TestIdleChannelsCostNothing counts the requests of a catch-up over 500 channels of which three moved.
func TestIdleChannelsCostNothing(t *testing.T) {
	w := newWorld(t, discordtest.Options{})
	s := w.addServer("idle")
	var channels []snowflake.ID
	for range 500 {
		id := s.AddChannel(discordtest.ChannelSpec{Name: "idle"})
		w.Send(id, discordtest.Message{Author: s.ann, ID: snowflake.At(time.Now().Add(-time.Hour))}) // longer ago than the overlap
		channels = append(channels, id)
	}
	w.start()
	w.run(s.Guild, "import-messages", nil)
	w.imported(s.Guild)
	w.exact(s.Guild)
	w.stopBot()
	for _, id := range channels[:3] {
		w.Send(id, discordtest.Message{Author: s.bob})
	}
	var mu sync.Mutex
	asked := map[string]int{} // while the gap is open: what comes later is the patrol's
	w.OnRequest(func(r *http.Request) *discordtest.Fault {
		path, ok := strings.CutPrefix(r.URL.Path, "/api/v9/channels/")
		if target, known := w.running.Load().Guild(s.ID()); known && ok {
			target.Gate.View(func(g *projections.Guild) {
				if !g.Covered() {
					mu.Lock()
					defer mu.Unlock()
					asked[path]++
				}
			})
		}
		return nil
	})
	w.start()
	w.settled(s)
	mu.Lock()
	defer mu.Unlock()
	read, lists := 0, 0
	for path, n := range asked {
		id, what, _ := strings.Cut(path, "/")
		switch moved := slices.ContainsFunc(channels[:3], func(c snowflake.ID) bool { return c.String() == id }); {
		case strings.Contains(what, "threads/archived"):
			lists += n
		case moved:
			read++
		case id != s.general.String(): // the bot's own answer is there, within the overlap
			t.Errorf("%s was asked for %d times though nothing was posted there", path, n)
		}
		if n > 4 {
			t.Errorf("%s was asked for %d times", path, n)
		}
	}
	if read != 3 || lists > 8 { // public and private ones
		t.Errorf("%d channels were read, want 3; %d lists of threads, want 8 at most", read, lists)
	}
}

// TestMarkStandsWhileUnheard: what is read between a READY, or an outage, and the guild's own event proves nothing
// about what was sent before.
func TestMarkStandsWhileUnheard(t *testing.T) {
	w, s := importedWorld(t, discordtest.Options{})
	covered := func() snowflake.ID {
		t.Helper()
		id, err := w.log.Covered(s.ID())
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	// acknowledge lets something newer come by another way, then the gateway answer a heartbeat.
	newest := snowflake.At(time.Now())
	acknowledge := func() {
		t.Helper()
		newest++
		if err := w.target(s.Guild).Gate.Live(t.Context(), discord.Message{ID: newest, Channel: s.general, Guild: s.ID(), Author: s.ann}); err != nil {
			t.Fatal(err)
		}
		w.until("it is counted", func() (ok bool) {
			w.view(s.Guild, func(g *projections.Guild) { ok = g.Newest() == newest })
			return ok
		})
		w.bot.events <- session.Event{Type: session.Acknowledged}
		w.bot.events <- session.Event{Type: "RESUMED"} // once it is taken, the one before is done
		w.until("the events are taken", func() bool { return len(w.bot.events) == 0 })
	}
	for _, unheard := range []session.Event{
		{Type: "READY"},
		{Type: "GUILD_DELETE", Data: fmt.Appendf(nil, `{"id":"%d","unavailable":true}`, s.ID())},
	} {
		w.bot.events <- session.Event{Type: "GUILD_CREATE", Data: fmt.Appendf(nil, `{"id":"%d","name":"x"}`, s.ID())}
		w.until("what was missed is read and the mark moves", func() bool { acknowledge(); return covered() == newest })
		before := newest
		w.bot.events <- unheard
		acknowledge()
		if covered() != before {
			t.Errorf("%s: the mark moved", unheard.Type)
		}
	}
}
