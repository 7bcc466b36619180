package projections

import (
	"slices"
	"testing"

	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// TestUnchecked follows which channels must be held against Discord because a delete may have gone unheard.
func TestUnchecked(t *testing.T) {
	w := newWorld(t)
	parent := snowflake.ID(0)
	want := func(checks ...Check) step {
		return func(w *world) {
			w.Helper()
			got := w.g.Unchecked(func(id snowflake.ID) snowflake.ID {
				if id == 2 {
					return parent
				}
				return 0
			})
			if !slices.Equal(got, checks) {
				w.Errorf("unchecked %v, want %v", got, checks)
			}
		}
	}
	other := func(channel snowflake.ID, ids ...snowflake.ID) step {
		return pageOf(eventlog.Live, 0, channel, eventlog.Message{}, ids...)
	}
	gap := func(number uint32, channel snowflake.ID) step {
		return told(eventlog.GapOpened{Gap: number, After: 1, Channel: channel})
	}
	all(live(1, 2), other(2, 3), want(),
		gap(1, 0), want(Check{1, 1}, Check{2, 1}),
		told(eventlog.ChannelChecked{Channel: 1, Gap: 1}), want(Check{2, 1}),
		other(3, 10), want(Check{2, 1}), // of a channel that is first seen now nothing older is held
		told(eventlog.GapClosed{Gap: 1}), want(Check{2, 1}), // that its messages were read says nothing of deletes
		start(1, 100), gap(2, 1), history(1, 1, 2), done(1), want(Check{1, 2}, Check{2, 1}),
		start(2, 200), history(2, 1, 2), done(2), want(Check{2, 1}), // it read the channel after the gap
		told(eventlog.GapClosed{Gap: 2}), want(Check{1, 3}, Check{2, 1}), // until then nobody heard of its deletes
		func(*world) { parent = 1 }, want(Check{1, 3}, Check{2, 3}),
		told(eventlog.ChannelChecked{Channel: 1, Gap: 3}, eventlog.ChannelChecked{Channel: 2, Gap: 3}), want(),
		start(3, 300), history(3, 1, 2), gap(4, 1), told(eventlog.ChannelChecked{Channel: 1, Gap: 4}), want(Check{2, 4}),
		done(3), want(Check{1, 4}, Check{2, 4}), // what it read before the gap counts now, and nobody has checked that
		told(eventlog.ChannelChecked{Channel: 1, Gap: 4}, eventlog.ChannelChecked{Channel: 2, Gap: 4}), want(),
		gap(5, 0), told(eventlog.ChannelDeleted{Channel: 1}), want(Check{2, 5}, Check{3, 5}),
	)(w)
	if w.g.Covered() {
		t.Error("covered with a gap of the whole guild open")
	}
	all(told(eventlog.GapClosed{Gap: 4}, eventlog.GapClosed{Gap: 5}))(w)
	if !w.g.Covered() {
		t.Error("not covered, though only a gap of one channel is open")
	}
}

// TestUncheckedArchive has a file tell of messages that may have been deleted since it was made.
func TestUncheckedArchive(t *testing.T) {
	w := newWorld(t)
	want := func(checks ...Check) step {
		return func(w *world) {
			w.Helper()
			if got := w.g.Unchecked(func(snowflake.ID) snowflake.ID { return 0 }); !slices.Equal(got, checks) {
				w.Errorf("unchecked %v, want %v", got, checks)
			}
		}
	}
	all(archive(10), want(), // nobody has listened yet
		told(eventlog.GapOpened{Gap: 1, After: 10}), want(Check{1, 1}),
		start(1, 100), history(1, 10), done(1), want(),
		archive(20), want(), // older than the cutoff: it doesn't count
		archive(110), want(Check{1, 1}),
		told(eventlog.ChannelChecked{Channel: 1, Gap: 1}), want(),
	)(w)
}
