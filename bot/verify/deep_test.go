package verify

import (
	"context"
	"slices"
	"testing"

	"tally/bot/discord"
	"tally/bot/discordtest"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// TestDeep makes differences between the log and Discord. Each is found, named by its user, and mended.
func TestDeep(t *testing.T) {
	for name, c := range map[string]struct {
		differ func(*world)
		want   func(*world) []User
	}{
		"none": {func(*world) {}, func(*world) []User { return nil }},
		"messages that only Discord has": {func(w *world) {
			for range 120 {
				w.Send(w.other, discordtest.Message{Author: w.bob})
			}
		}, func(w *world) []User { return []User{{User: w.bob, Counted: 4, Expected: 124, Missing: 120}} }},
		"messages deleted while nobody listened": {func(w *world) {
			w.DeleteQuietly(w.general, w.counted(w.general, w.ann, 3)...)
		}, func(w *world) []User { return []User{{User: w.ann, Counted: 8, Expected: 5, Extra: 3}} }},
		"all of a channel deleted": {func(w *world) {
			quiet := w.AddChannel(discordtest.ChannelSpec{Name: "quiet"})
			w.DeleteQuietly(quiet, w.counted(quiet, w.ann, 2)...)
		}, func(w *world) []User { return []User{{User: w.ann, Counted: 7, Expected: 5, Extra: 2}} }},
		"both at once": {func(w *world) {
			w.DeleteQuietly(w.general, w.counted(w.general, w.ann, 3)...)
			w.Send(w.general, discordtest.Message{Author: w.ann})
			w.Send(w.other, discordtest.Message{Author: w.bob})
		}, func(w *world) []User {
			return []User{{User: w.ann, Counted: 8, Expected: 6, Missing: 1, Extra: 3}, {User: w.bob, Counted: 4, Expected: 5, Missing: 1}}
		}},
		"a thread that nobody has told of": {func(w *world) {
			thread := w.AddThread(discordtest.ThreadSpec{Parent: w.general, Name: "old", Silent: true, Archived: true})
			w.Send(thread, discordtest.Message{Author: w.bob})
		}, func(w *world) []User { return []User{{User: w.bob, Counted: 4, Expected: 5, Missing: 1}} }},
		"a channel that is gone": {func(w *world) {
			w.DeleteChannel(w.other)
		}, func(w *world) []User { return []User{{User: w.bob, Counted: 4, Extra: 4}} }},
		"what doesn't count": {func(w *world) {
			w.Send(w.general, discordtest.Message{Author: w.ann, Type: 7})
			w.Send(w.general, discordtest.Message{Author: w.AddUser("robot", true)})
			w.Send(w.general, discordtest.Message{Webhook: w.AddWebhook("hook")})
		}, func(*world) []User { return nil }},
		"a delete that came": {func(w *world) {
			ids := w.counted(w.general, w.ann, 2)
			w.DeleteQuietly(w.general, ids...)
			must(w.t, w.Gate.Deleted(context.Background(), w.general, ids...))
		}, func(*world) []User { return nil }},
		"a delete that comes while the history is read": {func(w *world) {
			id := w.counted(w.other, w.bob, 1)[0]
			w.OnHistory(func(r discordtest.HistoryRequest) {
				if r.Channel == w.other && r.Mode == "after" { // its page is read
					w.DeleteQuietly(w.other, id)
					must(w.t, w.Gate.Deleted(context.Background(), w.other, id))
				}
			})
		}, func(*world) []User { return nil }},
		"a delete that comes while it is asked again": {func(w *world) {
			id := w.counted(w.other, w.bob, 1)[0]
			w.DeleteQuietly(w.other, id)
			w.OnHistory(func(r discordtest.HistoryRequest) {
				if r.Cursor == id+1 {
					must(w.t, w.Gate.Deleted(context.Background(), w.other, id))
					must(w.t, w.Gate.Write(context.Background(), func(*projections.Guild) ([]eventlog.Body, error) { return nil, nil }))
				}
			})
		}, func(*world) []User { return nil }},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.counted(w.general, w.ann, 5)
			w.counted(w.other, w.bob, 4)
			c.differ(w)
			r, want := w.verify(), c.want(w)
			if !slices.Equal(r.Worst, want) || want == nil && r.Counted != r.Expected || r.Exact() != (want == nil) || r.Repaired || !r.Deep || r.Duplicates > 0 {
				t.Errorf("%+v, want %+v", r, want)
			}
			w.OnHistory(nil)
			w.Repair = true
			if again := w.verify(); again.Missing != r.Missing || again.Extra != r.Extra {
				t.Errorf("a look has changed what there is: %+v, then %+v", r, again)
			}
			w.Repair = false
			if mended := w.verify(); !mended.Exact() || mended.Counted != mended.Expected {
				t.Errorf("after the repair: %+v", mended)
			}
			if truth := w.Truth(w.Guild.ID()).Total; w.total() != uint64(truth) {
				t.Errorf("%d messages are counted, Discord has %d", w.total(), truth)
			}
		})
	}
}

// TestDeepSkips names the channels that can't be compared, and leaves their messages out on both sides.
func TestDeepSkips(t *testing.T) {
	for reason, p := range map[string]discordtest.Permissions{
		"no permission to read the message history": discordtest.PermReadMessageHistory,
		"no permission to view the channel":         discordtest.PermViewChannel,
	} {
		t.Run(reason, func(t *testing.T) {
			w := newWorld(t)
			w.counted(w.general, w.ann, 5)
			w.counted(w.other, w.bob, 4)
			w.verify() // the channels are known
			w.Send(w.other, discordtest.Message{Author: w.bob})
			w.DenyBot(w.other, p)
			c, err := w.Client.Channel(t.Context(), w.other)
			if err == nil {
				w.Directory.Add(c) // as CHANNEL_UPDATE tells
			}
			w.OnHistory(func(r discordtest.HistoryRequest) {
				if r.Channel == w.other {
					t.Error("a channel is asked for that is known to be closed")
				}
			})
			r := w.verify()
			if want := []Skipped{{w.other, reason}}; !slices.Equal(r.Skipped, want) || !r.Exact() || r.Counted != 5 {
				t.Errorf("%+v, want %v skipped", r, want)
			}
		})
	}
}

// TestDeepStopsAtItsCutoff leaves out what is newer, on both sides.
func TestDeepStopsAtItsCutoff(t *testing.T) {
	w := newWorld(t)
	ids := w.counted(w.general, w.ann, 5)
	w.Send(w.general, discordtest.Message{Author: w.bob, ID: snowflake.AtMs(ids[4].Ms() + 10)})
	must(t, w.Gate.Live(t.Context(), discord.Message{ID: ids[4] + 1<<30, Channel: w.general, Author: w.bob}))
	r, err := w.Run(t.Context(), snowflake.AtMs(ids[4].Ms()+10))
	must(t, err)
	if !r.Exact() || r.Counted != 5 {
		t.Errorf("%+v", r)
	}
}

// TestForum has a forum's posts be compared. The forum itself has no history to ask for.
func TestForum(t *testing.T) {
	w := newWorld(t)
	forum := w.AddChannel(discordtest.ChannelSpec{Name: "forum", Type: int(discord.ChannelForum)})
	post := w.AddThread(discordtest.ThreadSpec{Parent: forum, Name: "post", Owner: w.bob})
	w.Send(post, discordtest.Message{Author: w.bob})
	w.OnHistory(func(r discordtest.HistoryRequest) {
		if r.Channel == forum {
			t.Error("a forum is asked for its history")
		}
	})
	if r := w.verify(); r.Missing != 2 || len(r.Skipped) > 0 {
		t.Errorf("%+v", r)
	}
}
