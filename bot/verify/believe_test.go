package verify

import (
	"context"
	"slices"
	"testing"

	"tally/bot/discord"
	"tally/bot/discordtest"
	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// TestBelieve has something happen while #other is compared, that makes what looked like a difference none.
func TestBelieve(t *testing.T) {
	for name, c := range map[string]struct {
		before func(*world) (meanwhile func())
		asking bool // not when its pages are read, but when Discord is asked again for a message
	}{
		"a live message comes": {func(w *world) func() {
			id := w.Send(w.other, discordtest.Message{Author: w.bob})
			return func() { w.live(id) }
		}, false},
		"a live message comes late": {func(w *world) func() {
			id := w.Send(w.other, discordtest.Message{Author: w.bob})
			return func() { w.live(id) }
		}, true},
		"a delete comes of a message that never came": {func(w *world) func() {
			id := w.Send(w.other, discordtest.Message{Author: w.bob})
			return func() { must(w.t, w.Gate.Deleted(context.Background(), w.other, id)) }
		}, true},
		"an import ends":      {unfinished, false},
		"an import ends late": {unfinished, true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.counted(w.other, w.bob, 3)
			extra := w.counted(w.other, w.ann, 1)[0]
			w.write()
			meanwhile := c.before(w)
			if c.asking {
				w.DeleteQuietly(w.other, extra)
			}
			w.OnHistory(func(r discordtest.HistoryRequest) {
				if r.Channel == w.other && (c.asking && r.Cursor == extra+1 || !c.asking && r.Mode == "after") {
					meanwhile()
				}
			})
			r := w.verify()
			if r.Missing > 0 || (r.Extra > 0) != c.asking || r.Counted != r.Expected+r.Extra {
				t.Errorf("%+v", r)
			}
		})
	}
}

func (w *world) live(id snowflake.ID) {
	must(w.t, w.Gate.Live(context.Background(), discord.Message{ID: id, Channel: w.other, Author: w.bob}))
}

// unfinished has an import hold messages that nobody has seen live, and returns what ends it.
func unfinished(w *world) (end func()) {
	old := []discord.Message{}
	for range 3 {
		old = append(old, discord.Message{ID: w.Send(w.other, discordtest.Message{Author: w.bob}), Channel: w.other, Author: w.bob})
	}
	w.write(eventlog.ImportStarted{Import: 1, Cutoff: old[2].ID + 1})
	page := slices.Clone(old)
	for m := range w.History(w.other) {
		if m.ID < old[0].ID {
			page = append(page, discord.Message{ID: m.ID, Channel: w.other, Author: m.Author})
		}
	}
	must(w.t, w.Gate.Page(w.t.Context(), eventlog.Import, 1, w.other, page))
	return func() {
		w.write(eventlog.ImportChannelFinished{Import: 1, Channel: w.other, Outcome: eventlog.Completed},
			eventlog.ImportFinished{Import: 1, Outcome: eventlog.Completed})
	}
}

// TestShownLate has a message that came live be in the history only when Discord is asked again.
func TestShownLate(t *testing.T) {
	w := newWorld(t)
	w.counted(w.other, w.bob, 3)
	id := w.Send(w.other, discordtest.Message{Author: w.bob, Delivery: discordtest.DispatchOnly})
	w.live(id)
	w.write()
	shown := false
	w.OnHistory(func(r discordtest.HistoryRequest) {
		if r.Cursor == id+1 && !shown {
			shown = true
			w.Send(w.other, discordtest.Message{Author: w.bob, ID: id, Delivery: discordtest.HistoryOnly})
		}
	})
	if r := w.verify(); !r.Exact() || r.Counted != 4 || r.Expected != 4 || !shown {
		t.Errorf("%+v; shown: %v", r, shown)
	}
}

// TestDeletedMeanwhile has a channel's deletion be told after its last page was read.
func TestDeletedMeanwhile(t *testing.T) {
	w := newWorld(t)
	w.counted(w.general, w.ann, 2)
	w.counted(w.other, w.bob, 4)
	w.OnHistory(func(r discordtest.HistoryRequest) {
		if r.Channel == w.other && r.Mode == "after" {
			must(t, w.Gate.ChannelsDeleted(context.Background(), w.other))
			w.write()
		}
	})
	if r := w.verify(); !r.Exact() || r.Counted != 2 || r.Expected != 2 {
		t.Errorf("%+v", r)
	}
	w.OnHistory(nil)
	if r := w.verify(); r.Missing != 4 { // a channel that the log takes for deleted, and that Discord has
		t.Errorf("%+v", r)
	}
}
