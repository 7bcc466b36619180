package catchup

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"tally/bot/discordtest"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// told is what the gateway tells when a channel has changed, and what follows.
func (w *world) told(channel snowflake.ID) {
	w.t.Helper()
	w.heard(channel)
	must(w.t, w.c.Run(w.t.Context()))
}

// heard is the former alone.
func (w *world) heard(channel snowflake.ID) {
	w.t.Helper()
	c, err := w.c.Client.Channel(w.t.Context(), channel)
	if err != nil {
		w.c.Directory.Refused(w.c.Directory.Told(), channel)
	} else {
		w.c.Directory.Add(c)
	}
	must(w.t, w.c.Access(w.t.Context()))
}

// TestAccess takes the right to see a channel away and gives it back: what was sent meanwhile is read.
func TestAccess(t *testing.T) {
	inWorld(t, func(w *world) {
		w.arrive()
		w.write(w.general, 2) // that nobody hears
		time.Sleep(time.Hour)
		must(w.t, w.log.SetCovered(map[snowflake.ID]snowflake.ID{w.Guild.ID(): snowflake.At(w.Server.Now())}))
		w.DenyBot(w.general, discordtest.PermViewChannel)
		w.told(w.general)
		w.wants(0, 1)
		w.told(w.general)
		w.wants(0, 1)
		w.gate.View(func(g *projections.Guild) {
			if !g.Covered() || g.Gaps()[0].Channel != w.general {
				w.t.Errorf("gaps %+v", g.Gaps())
			}
		})
		w.write(w.general, 5)
		w.write(w.AddThread(discordtest.ThreadSpec{Parent: w.general, Name: "thread", Archived: true}), 3)
		time.Sleep(time.Hour)
		w.AllowBot(w.general, discordtest.PermViewChannel)
		w.told(w.general)
		w.wants(8, 0)
	})
}

// TestAccessAfterADowntime finds a channel without rights at its start, and reads it when it has them.
func TestAccessAfterADowntime(t *testing.T) {
	inWorld(t, func(w *world) {
		w.arrive()
		time.Sleep(time.Hour)
		w.write(w.general, 3)
		w.DenyBot(w.general, discordtest.PermReadMessageHistory)
		w.arrive()
		must(w.t, w.c.Run(w.t.Context()))
		w.wants(0, 1)
		time.Sleep(time.Hour)
		w.arrive() // once more
		must(w.t, w.c.Run(w.t.Context()))
		w.wants(0, 1)
		w.AllowBot(w.general, discordtest.PermReadMessageHistory)
		w.told(w.general)
		w.wants(3, 0)
	})
}

// TestRightLostWhileReading keeps the channel's gap open: the empty page proved nothing.
func TestRightLostWhileReading(t *testing.T) {
	inWorld(t, func(w *world) {
		w.arrive()
		time.Sleep(time.Hour)
		w.write(w.general, 3)
		w.arrive()
		w.OnHistory(func(discordtest.HistoryRequest) {
			w.OnHistory(nil)
			w.DenyBot(w.general, discordtest.PermReadMessageHistory)
		})
		must(w.t, w.c.Run(w.t.Context()))
		w.wants(0, 1)
		w.AllowBot(w.general, discordtest.PermReadMessageHistory)
		w.told(w.general)
		w.wants(3, 0)
	})
}

// TestLetIn turns up a channel that was made unseen, with messages in it.
func TestLetIn(t *testing.T) {
	for name, c := range map[string]struct {
		imported bool
		want     int
	}{"after an import": {true, 4}, "without one, from when the bot listened": {false, 1}} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				if c.imported {
					cutoff := snowflake.At(w.Server.Now())
					must(w.t, w.gate.Write(w.t.Context(), func(*projections.Guild) ([]eventlog.Body, error) {
						return []eventlog.Body{eventlog.ImportStarted{Import: 1, Cutoff: cutoff}, eventlog.ImportFinished{Import: 1, Outcome: eventlog.Completed}}, nil
					}))
				}
				w.arrive()
				time.Sleep(time.Minute)
				hidden := w.AddChannel(discordtest.ChannelSpec{Name: "hidden"})
				w.write(hidden, 3)
				time.Sleep(time.Hour)
				must(w.t, w.log.SetCovered(map[snowflake.ID]snowflake.ID{w.Guild.ID(): snowflake.At(w.Server.Now())}))
				w.write(hidden, 1)
				w.told(hidden)
				w.wants(c.want, 0)
			})
		})
	}
}

// TestLostAgainWhileItsGapIsRead takes the sight of a channel away a second time and gives it back, when what was sent
// the first time is read and another channel not yet: what was sent the second time is read too.
func TestLostAgainWhileItsGapIsRead(t *testing.T) {
	inWorld(t, func(w *world) {
		other := w.AddChannel(discordtest.ChannelSpec{Name: "other"})
		w.arrive()
		time.Sleep(time.Hour)
		hide := func(channel snowflake.ID, sent int) {
			w.DenyBot(channel, discordtest.PermViewChannel)
			w.heard(channel)
			w.write(channel, sent)
			w.AllowBot(channel, discordtest.PermViewChannel)
			w.heard(channel)
		}
		hide(w.general, 2)
		hide(other, 1)
		w.OnRequest(func(r *http.Request) *discordtest.Fault {
			if strings.Contains(r.URL.Path, other.String()+"/messages") {
				return &discordtest.Fault{Delay: time.Second}
			}
			return nil
		})
		time.AfterFunc(500*time.Millisecond, func() { hide(w.general, 3) })
		must(w.t, w.c.Run(w.t.Context()))
		w.wants(6, 0)
	})
}
