package catchup

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"tally/bot/discord"
	"tally/bot/discordtest"
	"tally/bot/worker"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// TestOpen opens a gap wherever the bot listens anew, but for the first time: there is nothing to miss.
func TestOpen(t *testing.T) {
	inWorld(t, func(w *world) {
		w.arrive()
		w.wants(0, 0)
		begin, err := w.log.Covered(w.Guild.ID())
		must(w.t, err)
		if begin != snowflake.At(w.Server.Now()) {
			w.t.Errorf("covered from %s on", begin.Time())
		}
		time.Sleep(time.Hour)
		w.arrive()
		w.wants(0, 1)
		w.gate.View(func(g *projections.Guild) {
			if gap := g.Gaps()[0]; gap.After != snowflake.At(begin.Time().Add(-overlap)) || gap.Number != 1 {
				w.t.Errorf("%+v", gap)
			}
		})
		w.arrive()
		w.wants(0, 2)
		must(w.t, w.c.Run(w.t.Context()))
		w.wants(0, 0)
	})
}

// TestMark moves with what was seen, but not while a gap is open.
func TestMark(t *testing.T) {
	inWorld(t, func(w *world) {
		live := func(id snowflake.ID) {
			must(w.t, w.gate.Live(w.t.Context(), discord.Message{ID: id, Channel: w.general, Author: w.ann}))
			must(w.t, w.gate.Write(w.t.Context(), func(*projections.Guild) ([]eventlog.Body, error) { return nil, nil }))
		}
		wants := func(want snowflake.ID, ok bool) {
			w.t.Helper()
			if mark, got := w.c.Mark(); got != ok || ok && mark != want {
				w.t.Errorf("mark %s, %v; want %s, %v", mark, got, want, ok)
			}
		}
		w.arrive()
		wants(0, false)
		first := snowflake.At(w.Server.Now())
		live(first)
		wants(first, true)
		w.arrive()
		live(first + 5)
		wants(0, false)
		must(w.t, w.c.Run(w.t.Context()))
		wants(first+5, true)
	})
}

// TestRun misses something, and catches up with it.
func TestRun(t *testing.T) {
	for name, c := range map[string]struct {
		away time.Duration
		miss func(*world)
		want int
		gaps int // left open
	}{
		"nothing":       {time.Hour, func(*world) {}, 0, 0},
		"several pages": {time.Hour, func(w *world) { w.write(w.general, 250) }, 250, 0},
		"a new channel": {time.Minute, func(w *world) { w.write(w.AddChannel(discordtest.ChannelSpec{Name: "new"}), 3) }, 3, 0},
		"a new thread":  {time.Minute, func(w *world) { w.write(w.AddThread(discordtest.ThreadSpec{Parent: w.general, Name: "new"}), 3) }, 3, 0},
		"a thread that fell asleep": {3 * time.Hour, func(w *world) {
			thread := w.AddThread(discordtest.ThreadSpec{Parent: w.general, Name: "asleep", Silent: true})
			w.write(thread, 3)
			w.ArchiveThread(thread, time.Time{})
		}, 3, 0},
		"a channel that can't be read": {time.Hour, func(w *world) {
			w.write(w.general, 3)
			w.DenyBot(w.general, discordtest.PermReadMessageHistory)
		}, 0, 1},
		"a channel that is refused": {time.Hour, func(w *world) {
			w.write(w.AddChannel(discordtest.ChannelSpec{Name: "open"}), 2)
			w.write(w.general, 3)
			w.OnRequest(func(r *http.Request) *discordtest.Fault {
				if strings.Contains(r.URL.Path, w.general.String()+"/messages") {
					return &discordtest.Fault{Status: 403, Body: `{"code":50001}`}
				}
				return nil
			})
		}, 2, 1},
		"a channel that is gone, and nobody has told": {time.Hour, func(w *world) {
			w.write(w.general, 3)
			w.OnRequest(func(r *http.Request) *discordtest.Fault {
				if strings.Contains(r.URL.Path, w.general.String()) {
					return &discordtest.Fault{Status: 404, Body: `{"code":10003}`}
				}
				return nil
			})
		}, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.arrive()
				time.Sleep(c.away)
				c.miss(w)
				w.arrive()
				must(w.t, w.c.Run(w.t.Context()))
				w.wants(c.want, c.gaps)
				must(w.t, w.c.Run(w.t.Context()))
				w.wants(c.want, c.gaps)
			})
		})
	}
}

// TestRunReadsFromTheOldestGap has two gaps open, of which the second alone doesn't reach what is missed.
func TestRunReadsFromTheOldestGap(t *testing.T) {
	inWorld(t, func(w *world) {
		w.arrive()
		time.Sleep(time.Hour)
		w.write(w.general, 3)
		w.arrive()
		time.Sleep(time.Hour)
		must(w.t, w.log.SetCovered(map[snowflake.ID]snowflake.ID{w.Guild.ID(): snowflake.At(w.Server.Now())}))
		w.arrive()
		must(w.t, w.c.Run(w.t.Context()))
		w.wants(3, 0)
	})
}

// TestGapOpenedMeanwhile is not closed by a run that began before it.
func TestGapOpenedMeanwhile(t *testing.T) {
	inWorld(t, func(w *world) {
		w.arrive()
		time.Sleep(time.Hour)
		w.write(w.general, 1)
		w.arrive()
		runs := 0
		w.OnHistory(func(discordtest.HistoryRequest) {
			if runs++; runs == 2 { // the first run has its page, and asks for the one after it
				w.write(w.general, 1)
				must(w.t, w.c.Open(context.Background()))
			}
		})
		must(w.t, w.c.Run(w.t.Context()))
		w.wants(2, 0)
		if runs < 4 {
			w.t.Errorf("%d pages were read: the second gap was closed unread", runs)
		}
	})
}

// TestJob outlasts errors, and leaves a gap open that it could not read.
func TestJob(t *testing.T) {
	inWorld(t, func(w *world) {
		w.arrive()
		time.Sleep(time.Hour)
		w.write(w.general, 5)
		w.arrive()
		var works atomic.Bool
		w.OnRequest(func(*http.Request) *discordtest.Fault {
			if works.Load() {
				return nil
			}
			return &discordtest.Fault{Status: 400, Body: "{}"} // of which rest makes one attempt
		})
		j := worker.Start(w.c.Log, "catching up", 0, w.c.Run)
		j.Wake()
		j.Wake()
		time.Sleep(time.Hour)
		w.wants(0, 1)
		j.Close()
		w.wants(0, 1)
		j = worker.Start(w.c.Log, "catching up", 0, w.c.Run)
		defer j.Close()
		j.Wake()
		time.Sleep(time.Minute)
		works.Store(true)
		time.Sleep(time.Hour)
		synctest.Wait()
		w.wants(5, 0)
	})
}

// TestBusyChannel is read to an end, though somebody writes in it faster than it is read.
func TestBusyChannel(t *testing.T) {
	inWorld(t, func(w *world) {
		w.arrive()
		time.Sleep(time.Hour)
		w.write(w.general, 1)
		w.arrive()
		n := 0
		w.OnHistory(func(discordtest.HistoryRequest) {
			if time.Sleep(time.Second); n < 1000 {
				n++
				w.write(w.general, 1)
			}
		})
		must(w.t, w.c.Run(w.t.Context()))
		if n == 1000 {
			t.Error("it was not read to an end")
		}
	})
}
