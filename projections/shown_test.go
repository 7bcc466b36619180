package projections

import (
	"testing"

	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// shown is what is told of user 5 everywhere, and of all: by the live count, the board and the activity.
func shown(one, total uint64) step {
	return func(w *world) {
		w.Helper()
		everything := Window{To: noEnd}
		board, err := w.g.Board(w.log, everything)
		if err != nil {
			w.Fatal(err)
		}
		a := w.activity()
		var channels uint64
		for _, c := range w.g.Channels() {
			channels += c.Messages
		}
		got := [...]uint64{w.g.Shown(w.g.User(5)), board.Of(5).Shown}
		if got != [...]uint64{one, one} {
			w.Errorf("of user 5 are shown %v, want %d", got, one)
		}
		if sums := [...]uint64{w.g.Total(), board.Total, a.Total, channels, w.g.Report().Total}; sums != [...]uint64{total, total, total, total, total} {
			w.Errorf("in all are shown %v, want %d", sums, total)
		}
	}
}

// TestDeletedOnesAreShown has the settings ask for messages ever seen, and for those that exist again.
func TestDeletedOnesAreShown(t *testing.T) {
	seen, exist := set(eventlog.Settings{Deleted: true}), set(eventlog.Settings{})
	imported := func(ids ...snowflake.ID) step { return all(start(1, 100), history(1, ids...), done(1)) }
	for name, story := range map[string][]step{
		"live":                    {live(10, 20), deleted(10), shown(1, 1), seen, shown(2, 2), exist, shown(1, 1)},
		"deleted afterwards":      {seen, live(10, 20), deleted(10, 20), shown(2, 2)},
		"held twice":              {live(10, 20), imported(10, 20), deleted(10), seen, shown(2, 2)},
		"imported alone":          {imported(10, 20), deleted(10), seen, shown(2, 2)},
		"its delete came before":  {deleted(10), live(10, 20), seen, shown(2, 2)},
		"its message never came":  {deleted(10), live(20), seen, shown(1, 1)},
		"a bot's":                 {pageOf(eventlog.Live, 0, 1, eventlog.Message{Author: 5, Marks: eventlog.Bot}, 10), deleted(10), seen, shown(0, 0)},
		"a bot's, where they do":  {pageOf(eventlog.Live, 0, 1, eventlog.Message{Author: 5, Marks: eventlog.Bot}, 10), deleted(10), set(eventlog.Settings{Deleted: true, Bots: true}), shown(1, 1)},
		"in an excluded channel":  {live(10, 20), deleted(10), set(eventlog.Settings{Deleted: true, Excluded: []snowflake.ID{1}}), shown(0, 0)},
		"lost unheard":            {live(10, 20), imported(10), seen, shown(1, 1), deleted(20), shown(2, 2)},
		"the channel goes":        {live(10, 20), deleted(10), told(eventlog.ChannelDeleted{Channel: 1}), shown(0, 0), seen, shown(2, 2)},
		"an imported one goes":    {live(10), imported(10, 20), live(150), told(eventlog.ChannelDeleted{Channel: 1}), seen, shown(3, 3)},
		"a thread's goes with it": {live(10), told(eventlog.ChannelChecked{Channel: 1, Parent: 9}), told(eventlog.ChannelDeleted{Channel: 9}), seen, shown(1, 1)},
	} {
		t.Run(name, func(t *testing.T) { all(story...)(newWorld(t)) })
	}
}

// TestDeletedOnesMakeRanks has deleted messages decide who is first.
func TestDeletedOnesMakeRanks(t *testing.T) {
	w := newWorld(t)
	all(byUsers(t, 1, 5, 10, 5, 11, 5, 12, 6, 20, 6, 21), deleted(10, 11))(w)
	for _, c := range []struct {
		settings      eventlog.Settings
		rank, writers int
	}{{eventlog.Settings{}, 2, 2}, {eventlog.Settings{Deleted: true}, 1, 2}} {
		set(c.settings)(w)
		rank, writers := w.g.Place(5)
		board, err := w.g.Board(w.log, Window{From: 0, To: 100})
		if err != nil || rank != c.rank || writers != c.writers || board.Of(5).Rank != c.rank || w.g.Writers() != c.writers {
			t.Errorf("%+v: place %d of %d, on the board %d, %v", c.settings, rank, writers, board.Of(5).Rank, err)
		}
	}
	if day, err := w.g.Board(w.log, Window{From: 10, To: 12}); err != nil || day.Total != 2 || day.Of(5).Shown != 2 {
		t.Errorf("a window of deleted ones alone: %+v, %v", day, err)
	}
}
