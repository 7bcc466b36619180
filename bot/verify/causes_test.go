package verify

import (
	"reflect"
	"testing"

	"tally/bot/discordtest"
	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// TestCauses says why there are differences.
func TestCauses(t *testing.T) {
	w := newWorld(t)
	closed, gone := w.AddChannel(discordtest.ChannelSpec{Name: "closed"}), w.AddChannel(discordtest.ChannelSpec{Name: "gone"})
	send := func(channel snowflake.ID, n int) (last snowflake.ID) {
		for range n {
			last = w.Send(channel, discordtest.Message{Author: w.bob})
		}
		return last
	}
	send(closed, 3)            // nobody listened yet, and the import couldn't read it
	late := send(w.general, 2) // an import should have it, and lacks it
	w.write(eventlog.ImportStarted{Import: 1, Cutoff: late + 1},
		eventlog.ImportChannelFinished{Import: 1, Channel: w.general, Outcome: eventlog.Completed},
		eventlog.ImportChannelFinished{Import: 1, Channel: closed, Outcome: eventlog.NoPermission},
		eventlog.ImportFinished{Import: 1, Outcome: eventlog.Completed})
	known := w.counted(w.general, w.ann, 3)
	w.counted(gone, w.ann, 2)
	send(w.general, 1) // somebody listened
	begin := send(w.other, 1)
	w.write(eventlog.GapOpened{Gap: 1, After: begin})
	send(w.general, 4) // nobody listened
	w.DeleteQuietly(w.general, known[1])
	w.DeleteChannel(gone)
	w.counted(w.general, w.ann, 1)
	w.write(eventlog.GapClosed{Gap: 1})
	w.DeleteQuietly(w.general, w.counted(w.general, w.ann, 2)...) // no gap since
	send(w.general, 1)                                            // and somebody listened again
	want := Causes{Missed: []Missed{{1, begin, 4}}, Unread: 3, Unseen: 5, Deleted: 1, Untold: 2, Gone: 2}
	r := w.verify()
	if !reflect.DeepEqual(r.Causes, want) {
		t.Errorf("%+v, want %+v", r.Causes, want)
	}
	if r.Missing != 4+3+5 || r.Extra != 1+2+2 {
		t.Errorf("%d missing, %d extra", r.Missing, r.Extra)
	}
}

// TestCausesOfOneChannel has a gap of one channel be one of its threads too, and of no other channel.
func TestCausesOfOneChannel(t *testing.T) {
	w := newWorld(t)
	thread := w.AddThread(discordtest.ThreadSpec{Parent: w.general, Name: "thread", Silent: true})
	w.write(eventlog.GapOpened{Gap: 1, After: 1, Channel: w.general})
	w.DeleteQuietly(w.other, w.counted(w.other, w.ann, 1)...)
	for _, channel := range []snowflake.ID{thread, w.general, w.other} {
		w.Send(channel, discordtest.Message{Author: w.bob})
	}
	want := Causes{Missed: []Missed{{1, 1, 2}}, Unread: 1, Untold: 1}
	if r := w.verify(); !reflect.DeepEqual(r.Causes, want) {
		t.Errorf("%+v, want %+v", r.Causes, want)
	}
}

// TestCausesInTheImportsReach has a gap be no cause where an import has read the channel since.
func TestCausesInTheImportsReach(t *testing.T) {
	w := newWorld(t)
	w.write(eventlog.GapOpened{Gap: 1, After: 1})
	id := w.Send(w.general, discordtest.Message{Author: w.bob})
	w.write(eventlog.ImportStarted{Import: 1, Cutoff: id + 1},
		eventlog.ImportChannelFinished{Import: 1, Channel: w.general, Outcome: eventlog.Completed},
		eventlog.ImportFinished{Import: 1, Outcome: eventlog.Completed})
	w.Send(w.general, discordtest.Message{Author: w.bob})
	want := Causes{Missed: []Missed{{1, 1, 1}}, Unseen: 1}
	if r := w.verify(); !reflect.DeepEqual(r.Causes, want) {
		t.Errorf("%+v, want %+v", r.Causes, want)
	}
}
