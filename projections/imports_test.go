package projections

import (
	"maps"
	"slices"
	"testing"

	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// TestImportStatus follows the word for an import's state, and which import it is about.
func TestImportStatus(t *testing.T) {
	w := newWorld(t)
	want := func(status Status, number uint32, last uint32, completed bool) step {
		return func(w *world) {
			w.Helper()
			got, i := w.g.ImportStatus()
			if got != status || i == nil != (number == 0) || i != nil && i.Number != number {
				w.Errorf("%s %+v, want %s of import %d", got, i, status, number)
			}
			if l := w.g.LastImport(); l == nil != (last == 0) || l != nil && l.Number != last {
				w.Errorf("the last import is %+v, want %d", l, last)
			}
			if f := w.g.ImportFields(); f.Completed != completed || f.EndTime != nil != (completed || status == StatusCancelled) {
				w.Errorf("fields %+v", f)
			}
			if w.g.NextImport() != last+1 {
				w.Errorf("the next import is %d", w.g.NextImport())
			}
		}
	}
	end := told(eventlog.ImportFinished{Import: 1, Outcome: eventlog.Cancelled, At: snowflake.ID(500 << 22).Time()})
	all(want(StatusNone, 0, 0, false),
		start(1, 100), want(StatusRunning, 1, 1, false),
		end, want(StatusCancelled, 1, 1, false),
		start(2, 200), want(StatusRunning, 2, 2, false),
		told(eventlog.ImportFinished{Import: 2, Outcome: eventlog.Completed, At: snowflake.ID(600 << 22).Time()}), want(StatusCompleted, 2, 2, true),
		start(3, 300), want(StatusRunning, 3, 3, true),
		start(4, 400), want(StatusRunning, 4, 4, true),
		finish(4, eventlog.Cancelled), want(StatusCompleted, 2, 4, true),
		start(5, 500), told(eventlog.ImportFinished{Import: 5, Outcome: eventlog.Completed, At: snowflake.ID(700 << 22).Time()}), want(StatusCompleted, 5, 5, true),
	)(w)
}

// TestImportReported keeps which message tells of an import, wherever that stands.
func TestImportReported(t *testing.T) {
	w := newWorld(t)
	want := func(number uint32, report snowflake.ID, ended bool) step {
		return func(w *world) {
			w.Helper()
			if i := w.g.LastImport(); i.Number != number || i.Report != report || i.Told != ended {
				w.Errorf("%+v, want message %d of import %d, told %v", i, report, number, ended)
			}
		}
	}
	reported := func(number uint32, message snowflake.ID, ended bool) step {
		return told(eventlog.ImportReported{Import: number, Message: message, Ended: ended})
	}
	all(reported(1, 8, true), start(1, 100), want(1, 0, false),
		reported(1, 9, false), want(1, 9, false), reported(2, 8, true), want(1, 9, false),
		finish(1, eventlog.Completed), want(1, 9, false), reported(1, 9, true), want(1, 9, true),
		start(2, 200), want(2, 0, false), finish(2, eventlog.Cancelled), reported(2, 10, true), want(2, 10, true),
	)(w)
}

// TestCursor is the least id read of each channel. A repair is no page of the reading.
func TestCursor(t *testing.T) {
	w := newWorld(t)
	at := func(channel, cursor snowflake.ID, messages, whole uint64) step {
		return func(w *world) {
			w.Helper()
			c := w.g.Running().Channels[channel]
			if c == nil || c.Cursor != cursor || c.Messages != messages || w.g.Running().Messages != whole {
				w.Errorf("channel %d: %+v, %d in all; want %d, %d, %d", channel, c, w.g.Running().Messages, cursor, messages, whole)
			}
		}
	}
	all(live(1, 2, 3), start(1, 100), history(1, 90, 95), at(1, 90, 2, 2),
		history(1, 50, 80), at(1, 50, 4, 4),
		history(1, 97), at(1, 50, 5, 5),
		repair(1, 7), at(1, 50, 6, 6),
		pageOf(eventlog.Import, 1, 2, eventlog.Message{Type: 7}, 60), at(2, 60, 1, 7), at(1, 50, 6, 7),
	)(w)
}

// TestLacking is what an import must ask for once more before it finishes.
func TestLacking(t *testing.T) {
	w := newWorld(t)
	all(live(10, 20, 30, 40), pageOf(eventlog.Live, 0, 1, eventlog.Message{Marks: eventlog.Bot}, 45),
		pageOf(eventlog.Live, 0, 1, eventlog.Message{Type: 21}, 46),
		pageOf(eventlog.Live, 0, 2, eventlog.Message{}, 50), pageOf(eventlog.Live, 0, 3, eventlog.Message{}, 60), pageOf(eventlog.Live, 0, 4, eventlog.Message{}, 65),
		start(1, 70), history(1, 10, 20, 30, 40), repair(1, 5), done(1), // an earlier import held them
		live(80), start(2, 100), live(90, 100, 110), history(2, 10, 100), deleted(20),
		ended(2, eventlog.Completed), told(eventlog.ImportChannelFinished{Import: 2, Channel: 3, Outcome: eventlog.NoPermission}),
		told(eventlog.ImportChannelFinished{Import: 2, Channel: 4, Outcome: eventlog.Completed}), told(eventlog.ChannelDeleted{Channel: 4}),
	)(w)
	lacking, err := Lacking(w.log, guildID, 2)
	want := map[snowflake.ID][]snowflake.ID{1: {5, 30, 40, 45, 80, 90}}
	if err != nil || !maps.EqualFunc(lacking, want, slices.Equal) {
		t.Errorf("lacking %v, %v; want %v", lacking, err, want)
	}
}
