package importer

import (
	"net/http"
	"strings"
	"testing"

	"tally/bot/discordtest"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// TestReconcile has a message that came live before the cutoff, and that the history lacked when it was
// read. asked is called when Discord is asked for it again.
func TestReconcile(t *testing.T) {
	for name, c := range map[string]struct {
		asked   func(w *world, id snowflake.ID)
		total   int // of ten in the channel, and it
		deleted bool
		outcome eventlog.Outcome
	}{
		"Discord has it after all": {func(w *world, id snowflake.ID) { w.show(id) }, 11, false, eventlog.Completed},
		"Discord doesn't have it":  {func(*world, snowflake.ID) {}, 10, true, eventlog.Completed},
		"its delete comes now": {func(w *world, id snowflake.ID) {
			must(w.t, w.gate.Deleted(w.t.Context(), w.general, id))
		}, 10, true, eventlog.Completed},
		"the right to read is lost": {func(w *world, _ snowflake.ID) {
			w.DenyBot(w.general, discordtest.PermReadMessageHistory)
		}, 1, false, eventlog.NoPermission},
		"the right to see is lost": {func(w *world, _ snowflake.ID) {
			w.DenyBot(w.general, discordtest.PermViewChannel)
		}, 1, false, eventlog.NoPermission},
		"the channel is deleted": {func(w *world, _ snowflake.ID) {
			w.DeleteChannel(w.general)
			must(w.t, w.gate.ChannelsDeleted(w.t.Context(), w.general))
		}, 0, false, eventlog.Gone},
		"another comes live too late": {func(w *world, id snowflake.ID) {
			w.show(id)
			w.show(id + 1)
			w.live(w.general, id+1)
		}, 12, false, eventlog.Completed},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.write(w.general, 10)
				id := snowflake.At(w.Server.Now()) - 1<<22
				w.live(w.general, id)
				done := false
				w.OnHistory(func(r discordtest.HistoryRequest) {
					if r.Cursor == id+1 && !done {
						done = true
						c.asked(w, id)
					}
				})
				_, err := w.start(false)
				must(w.t, err)
				w.ended()
				w.view(func(g *projections.Guild) {
					if !done || int(g.Total()) != c.total || g.IsDeleted(id) != c.deleted || g.Committed() == nil {
						t.Fatalf("asked %v, %d messages are counted, deleted %v; want %d, %v", done, g.Total(), g.IsDeleted(id), c.total, c.deleted)
					}
					if got := g.Committed().Channels[w.general].Outcome; got != c.outcome {
						t.Errorf("the channel's reading %s, want %s", got, c.outcome)
					}
				})
			})
		})
	}
}

// TestRefusedChannel has Discord refuse a channel that the bot believes it may read: the import ends all
// the same, and doesn't begin again and again for it.
func TestRefusedChannel(t *testing.T) {
	for name, c := range map[string]struct {
		fault discordtest.Fault
		want  eventlog.Outcome
	}{
		"no access":       {discordtest.Fault{Status: 403, Body: `{"code":50001,"message":"Missing Access"}`}, eventlog.NoPermission},
		"unknown channel": {discordtest.Fault{Status: 404, Body: `{"code":10003,"message":"Unknown Channel"}`}, eventlog.Gone},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.write(w.general, 10)
				w.write(w.other, 10)
				w.OnRequest(func(r *http.Request) *discordtest.Fault {
					if strings.HasSuffix(r.URL.Path, w.other.String()+"/messages") {
						return &c.fault
					}
					return nil
				})
				_, err := w.start(false)
				must(w.t, err)
				w.ended()
				w.view(func(g *projections.Guild) {
					if g.Total() != 10 || g.NextImport() != 2 || g.Committed().Channels[w.other].Outcome != c.want {
						t.Errorf("%d messages are counted after %d imports", g.Total(), g.NextImport()-1)
					}
				})
			})
		})
	}
}

// show makes a message visible in the history of the channel general.
func (w *world) show(id snowflake.ID) {
	w.Send(w.general, discordtest.Message{Author: w.ann, ID: id, Delivery: discordtest.HistoryOnly})
}
