package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tally/bot/discordtest"
	"tally/eventlog/snowflake"
	"tally/projections"
)

type options = map[string]any

// set gives a part of /settings as the owner, and wants the answer to hold texts.
func (w *world) set(s server, part string, o options, want ...string) {
	w.t.Helper()
	got := w.run(s.Guild, "settings "+part, o)
	for _, text := range want {
		if !strings.Contains(got, text) {
			w.t.Errorf("/settings %s %v lacks %q:\n%s", part, o, text, got)
		}
	}
}

// writeAll has people, a bot and a webhook write to a channel, and a person have a bot answer.
func (w *world) writeAll(s server, channel snowflake.ID) {
	helper, hook := s.AddUser("helper", true), s.AddWebhook("news")
	for range 3 {
		w.Send(channel, discordtest.Message{Author: s.ann})
	}
	for range 5 {
		w.Send(channel, discordtest.Message{Author: helper})
	}
	for range 7 {
		w.Send(channel, discordtest.Message{Webhook: hook})
	}
	for range 11 {
		w.Send(channel, discordtest.Message{Author: helper, Type: 20})
	}
}

// TestWhatCountsIsASetting changes what counts before, while and after an import, and over a restart.
func TestWhatCountsIsASetting(t *testing.T) {
	w := newWorld(t, discordtest.Options{})
	s := w.addServer("counting")
	w.writeAll(s, s.general)
	w.start()
	w.exactLive(s)
	w.set(s, "count", options{"bots": true}, "Messages by bots count.", "counted anew", "no import is needed")
	w.rules.Bots = true
	hold, release := make(chan struct{}), make(chan struct{})
	once := make(chan struct{}, 1)
	w.OnHistory(func(discordtest.HistoryRequest) {
		select {
		case once <- struct{}{}:
			close(hold)
			<-release
		default:
		}
	})
	w.run(s.Guild, "import-messages", nil)
	<-hold
	w.set(s, "count", options{"webhooks": true, "bots": true}, "Messages through webhooks count.")
	w.rules.Webhooks = true
	w.writeAll(s, s.other)
	close(release)
	w.imported(s.Guild)
	w.exact(s.Guild)
	w.stopBot()
	w.start()
	w.exact(s.Guild)
	w.set(s, "count", options{"commands": true}, "Answers to application commands count.")
	w.rules.Commands = true
	w.exact(s.Guild)
	if got := w.run(s.Guild, "verify-message-counts", options{"deep": true}); !strings.Contains(got, "100%") {
		t.Errorf("against Discord: %s", got)
	}
	if got := w.run(s.Guild, "verify-message-counts", nil); !strings.Contains(got, "100%") {
		t.Errorf("against the log: %s", got)
	}
	w.set(s, "count", options{"commands": false, "webhooks": false, "bots": false}, "Messages by bots don't count.")
	w.rules = discordtest.Rules{}
	w.exact(s.Guild)
	w.set(s, "count", options{"bots": false}, "nothing was changed")
	w.set(s, "count", nil, "Name what is to count")
}

// exactLive waits until what came live is counted: nothing was imported yet, and messages before the start are not
// known.
func (w *world) exactLive(s server) {
	w.t.Helper()
	w.Send(s.other, discordtest.Message{Author: s.bob})
	w.until("a message is counted", func() bool { return w.total(s) == 1 })
}

// TestExcludedChannels leaves channels out and takes them in again: by themselves, with their category, and their
// threads, those too that are opened later.
func TestExcludedChannels(t *testing.T) {
	w := newWorld(t, discordtest.Options{})
	s := w.addServer("excluding")
	old := s.AddThread(discordtest.ThreadSpec{Parent: s.general, Name: "old"})
	category := s.AddChannel(discordtest.ChannelSpec{Name: "games", Type: discordtest.Category})
	chess := s.AddChannel(discordtest.ChannelSpec{Name: "chess", Parent: category})
	for _, c := range []snowflake.ID{s.general, s.other, old, chess} {
		w.writeAll(s, c)
	}
	w.start()
	w.run(s.Guild, "import-messages", nil)
	w.imported(s.Guild)
	w.exact(s.Guild)

	excluded := func(ids ...snowflake.ID) {
		t.Helper()
		w.rules.Excluded = ids
		w.exact(s.Guild)
	}
	w.set(s, "exclude", options{"channel": s.general}, fmt.Sprintf("<#%d> is excluded, with its threads", s.general))
	excluded(s.general)
	for _, name := range []string{"leaderboard", "activity"} {
		if got := w.run(s.Guild, name, options{"channel": s.general}); !strings.Contains(got, "it is excluded") {
			t.Errorf("/%s of an excluded channel: %s", name, got)
		}
	}
	young := s.AddThread(discordtest.ThreadSpec{Parent: s.general, Name: "young"})
	w.writeAll(s, young)
	w.Send(s.other, discordtest.Message{Author: s.ann})
	excluded(s.general)
	knows := func(thread snowflake.ID) {
		t.Helper()
		w.until("the log knows whose the thread is", func() (known bool) {
			w.view(s.Guild, func(g *projections.Guild) { known = g.ParentOf(thread) == s.general })
			return known
		})
	}
	knows(young)
	w.set(s, "exclude", options{"channel": category}, "The category", "1 channel,")
	excluded(s.general, category)
	post := s.AddThread(discordtest.ThreadSpec{Parent: chess, Name: "a thread in a category"})
	w.writeAll(s, post)
	made := s.AddChannel(discordtest.ChannelSpec{Name: "made later", Parent: category})
	w.writeAll(s, made)
	s.MoveChannel(s.other, category)
	excluded(s.general, category)
	w.set(s, "include", options{"channel": s.other}, "is in the category", "move the channel out")
	s.MoveChannel(made, 0)
	excluded(s.general, category)

	w.stopBot()
	s.MoveChannel(s.other, 0) // while nobody listens
	s.MoveChannel(made, category)
	w.writeAll(s, s.AddThread(discordtest.ThreadSpec{Parent: made, Name: "unheard"}))
	briefly := s.AddThread(discordtest.ThreadSpec{Parent: s.general, Name: "briefly", Silent: true})
	w.writeAll(s, briefly)
	s.ArchiveThread(briefly, time.Time{}) // the gateway won't tell of it
	w.start()
	excluded(s.general, category)

	w.settled(s)
	knows(briefly)
	w.set(s, "include", options{"channel": young}, "is a thread of")
	w.set(s, "include", options{"channel": s.other}, "is not excluded")
	w.set(s, "include", nil, "Name the channel")
	w.set(s, "show", nil, fmt.Sprintf("<#%d>, with its threads", s.general), fmt.Sprintf("all channels of the category <#%d>", category))
	w.set(s, "include", options{"channel": s.general}, "counts again")
	excluded(category)
	w.set(s, "include", options{"all": true}, "count again")
	excluded()
	if got := w.run(s.Guild, "verify-message-counts", options{"deep": true}); !strings.Contains(got, "100%") {
		t.Errorf("against Discord: %s", got)
	}
}

// TestThreadsOfLongAgo excludes a channel with a thread of which the log, without an import, doesn't know whose it is.
func TestThreadsOfLongAgo(t *testing.T) {
	w := newWorld(t, discordtest.Options{})
	s := w.addServer("threads")
	thread := s.AddThread(discordtest.ThreadSpec{Parent: s.general, Name: "thread"})
	w.start()
	w.exactLive(s)
	w.writeAll(s, thread)
	w.until("its messages count", func() bool { return w.total(s) == 4 })
	w.set(s, "exclude", options{"channel": s.general})
	if n := w.total(s); n != 1 {
		t.Errorf("%d messages count, want 1", n)
	}
}

// TestIncludedIsCheckedAgain has messages deleted unheard in an excluded channel: when it counts again, the bot finds
// that out by itself.
func TestIncludedIsCheckedAgain(t *testing.T) {
	clock := &handClock{now: time.Now().Add(-72 * time.Hour), step: time.Millisecond}
	bubble(t, discordtest.Options{Clock: clock.Now}, func(t *testing.T, w *world) {
		s := w.addServer("including")
		w.write(s, 40)
		w.start()
		w.run(s.Guild, "import-messages", nil)
		w.imported(s.Guild)
		w.set(s, "exclude", options{"channel": s.general})
		w.rules.Excluded = []snowflake.ID{s.general}
		w.exact(s.Guild)
		w.stopBot()
		var ids []snowflake.ID
		for m := range s.History(s.general) {
			ids = append(ids, m.ID)
		}
		w.DeleteQuietly(s.general, ids[3], ids[4])
		clock.move(10 * time.Minute) // what is young might only not be visible yet
		w.start()
		w.settled(s)
		w.checked(s)
		w.set(s, "include", options{"channel": s.general})
		w.rules.Excluded = nil
		w.exact(s.Guild)
		w.checked(s)
		w.set(s, "exclude", options{"channel": s.other})
		w.set(s, "include", options{"channel": s.other})
		w.checked(s) // nothing else wakes the patrol
	})
}

// TestDeletedIsASetting shows messages ever seen.
func TestDeletedIsASetting(t *testing.T) {
	w := newWorld(t, discordtest.Options{})
	s := w.addServer("deleting")
	w.start()
	var ids []snowflake.ID
	for range 10 {
		ids = append(ids, w.Send(s.general, discordtest.Message{Author: s.ann}))
	}
	for range 8 {
		w.Send(s.other, discordtest.Message{Author: s.bob})
	}
	w.Delete(s.general, ids[:4]...)
	w.until("they are counted", func() (all bool) {
		w.view(s.Guild, func(g *projections.Guild) { all = g.User(s.ann).Messages == 6 && g.User(s.bob).Messages == 8 })
		return all
	})
	first := func(user snowflake.ID, n int) {
		t.Helper()
		for _, period := range []options{nil, {"period": "today"}, {"channel": map[snowflake.ID]snowflake.ID{s.ann: s.general, s.bob: s.other}[user]}} {
			if got := w.run(s.Guild, "leaderboard", period); !strings.Contains(got, fmt.Sprintf("**1.** <@%d> — %d", user, n)) {
				t.Errorf("leaderboard %v: want <@%d> with %d first:\n%s", period, user, n, got)
			}
		}
	}
	first(s.bob, 8)
	w.set(s, "count", options{"deleted": true}, "Deleted messages count", "for the past too")
	first(s.ann, 10)
	if got := w.runAs(s.Guild, s.ann, "message-count", nil); !strings.Contains(got, "wrote **10 messages**") || !strings.Contains(got, "Rank: 1 of 2") || !strings.Contains(got, "Deleted among them: 4") {
		t.Errorf("card: %s", got)
	}
	if got := w.run(s.Guild, "activity", nil); !strings.Contains(got, "18 messages.") {
		t.Errorf("activity: %s", got)
	}
	if got := w.run(s.Guild, "leaderboard", options{"as_of": w.Now().Format(time.DateOnly)}); !strings.Contains(got, "18 messages in all") || strings.Contains(got, "deleted since") {
		t.Errorf("as of today: %s", got)
	}
	if got := w.run(s.Guild, "verify-message-counts", options{"deep": true}); !strings.Contains(got, "Counted: 14") {
		t.Errorf("a verification compares what exists: %s", got)
	}
	w.stopBot()
	w.start()
	first(s.ann, 10)
	w.set(s, "count", options{"deleted": false})
	first(s.bob, 8)
}

// TestTimeZone asks for today where it is tomorrow already.
func TestTimeZone(t *testing.T) {
	clock := &handClock{now: time.Date(2026, 10, 25, 22, 30, 0, 0, time.UTC), step: time.Millisecond} // 23:30 in Berlin, of a day of 25 hours
	w := newWorld(t, discordtest.Options{Clock: clock.Now})
	s := w.addServer("zone")
	for _, at := range []string{"2026-10-24T21:59:59Z", "2026-10-24T22:00:00Z", "2026-10-25T00:30:00Z", "2026-10-25T22:00:00Z"} {
		when, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		w.Send(s.general, discordtest.Message{Author: s.ann, ID: snowflake.At(when)})
	}
	w.start()
	w.run(s.Guild, "import-messages", nil)
	w.imported(s.Guild)
	board := func(o options, n int, zone string) {
		t.Helper()
		got := w.run(s.Guild, "leaderboard", o)
		if !strings.Contains(got, fmt.Sprintf("<@%d> — %d\n", s.ann, n)) || strings.Contains(got, "Days are those of") != (zone != "") || !strings.Contains(got, zone) {
			t.Errorf("%v: want %d and %q:\n%s", o, n, zone, got)
		}
	}
	board(options{"period": "today"}, 2, "")
	w.set(s, "time-zone", options{"name": "berlin"}, "`Europe/Berlin`, where it is 2026-10-25 23:30 now")
	board(options{"period": "today"}, 3, "Europe/Berlin")
	board(options{"as_of": "2026-10-24"}, 1, "Europe/Berlin")
	board(nil, 4, "")
	w.stopBot()
	w.start()
	board(options{"period": "today"}, 3, "Europe/Berlin")
	future := func(day string, want bool) {
		t.Helper()
		if got := w.run(s.Guild, "leaderboard", options{"as_of": day}); strings.Contains(got, "is in the future") != want {
			t.Errorf("as of %s: %s", day, got)
		}
	}
	future("2026-10-25", false)
	future("2026-10-26", true)
	w.set(s, "time-zone", options{"name": "Asia/Tokyo"}, "2026-10-26 07:30")
	future("2026-10-26", false)
	future("2026-10-27", true)
	board(options{"period": "today"}, 1, "Asia/Tokyo")
	board(options{"period": "today", "hide_left": true}, 1, "Asia/Tokyo")
	w.set(s, "time-zone", options{"name": "Berlni"}, "no time zone of that name", "`Europe/Berlin`")
	w.set(s, "time-zone", options{"name": "utc"}, "`UTC`")
	board(options{"period": "today"}, 2, "")
	ctx, stop := context.WithTimeout(t.Context(), patience)
	defer stop()
	for typed, want := range map[string]string{"ber": "Europe/Berlin", "New York": "America/New_York", "asia/tok": "Asia/Tokyo", "": "Africa/Abidjan"} {
		names, err := w.Typing(ctx, discordtest.Command{Guild: s.ID(), Channel: s.general, User: s.Owner(), Name: "settings time-zone"}, "name", typed)
		if err != nil || !slices.Contains(names, want) {
			t.Errorf("%q suggests %v, %v", typed, names, err)
		}
	}
}
