package verify

import (
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tally/bot/discord"
	"tally/bot/discordtest"
	"tally/bot/history"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// TestChannel checks and mends one channel alone.
func TestChannel(t *testing.T) {
	w := newWorld(t)
	for _, channel := range []snowflake.ID{w.general, w.other} {
		w.DeleteQuietly(channel, w.counted(channel, w.ann, 3)[1])
		w.Send(channel, discordtest.Message{Author: w.bob})
	}
	gone := w.AddChannel(discordtest.ChannelSpec{Name: "gone"})
	w.counted(gone, w.ann, 2)
	w.DeleteChannel(gone)
	w.write(eventlog.GapOpened{Gap: 1, After: 1})
	cutoff := snowflake.At(w.Server.Now().Add(time.Second))
	w.Repair = true
	found, err := w.Channel(t.Context(), w.exists(w.general), cutoff)
	must(t, err)
	if len(found.missing) != 1 || len(found.extra) != 1 || w.total() != 3+3+2 || !slices.Equal(w.unchecked(), []snowflake.ID{w.other, gone}) {
		t.Errorf("%+v, %d are counted, unchecked %v", found, w.total(), w.unchecked())
	}
	found, err = w.Channel(t.Context(), discord.Channel{ID: gone}, cutoff)
	must(t, err)
	if found.ofGone != 2 || w.total() != 3+3 || !slices.Equal(w.unchecked(), []snowflake.ID{w.other}) {
		t.Errorf("%+v, %d are counted, unchecked %v", found, w.total(), w.unchecked())
	}
}

// TestRepairChecks notes which channels were held against Discord, and only these.
func TestRepairChecks(t *testing.T) {
	w := newWorld(t)
	w.counted(w.general, w.ann, 3)
	w.counted(w.other, w.bob, 3)
	w.write(eventlog.GapOpened{Gap: 1, After: 1})
	w.verify()
	if got := w.unchecked(); len(got) != 2 {
		t.Errorf("a look has checked channels: %v are left", got)
	}
	w.DenyBot(w.other, discordtest.PermReadMessageHistory)
	w.Directory.Add(w.exists(w.other))
	w.Repair = true
	w.verify()
	if got := w.unchecked(); !slices.Equal(got, []snowflake.ID{w.other}) {
		t.Errorf("%v are left, want %s", got, w.other)
	}
}

// TestCheckedThread has the log learn whose a thread is: it goes with its channel.
func TestCheckedThread(t *testing.T) {
	w := newWorld(t)
	thread := w.AddThread(discordtest.ThreadSpec{Parent: w.other, Name: "thread", Silent: true})
	w.counted(thread, w.ann, 1)
	w.write(eventlog.GapOpened{Gap: 1, After: 1})
	w.Repair = true
	w.verify()
	w.Gate.View(func(g *projections.Guild) {
		if got := g.ParentOf(thread); got != w.other {
			t.Errorf("it is of %s, want %s", got, w.other)
		}
	})
}

// TestGapMeanwhile has a gap open while a channel is read: the channel is not checked for it.
func TestGapMeanwhile(t *testing.T) {
	w := newWorld(t)
	w.counted(w.general, w.ann, 3)
	w.counted(w.other, w.ann, 3)
	w.write(eventlog.GapOpened{Gap: 1, After: 1})
	w.Repair = true
	w.OnHistory(func(r discordtest.HistoryRequest) {
		if r.Channel == w.general && r.Mode == "after" {
			w.write(eventlog.GapOpened{Gap: 2, After: 2})
		}
	})
	_, err := w.Channel(t.Context(), w.exists(w.general), snowflake.At(w.Server.Now().Add(time.Second)))
	must(t, err)
	if got := w.unchecked(); !slices.Contains(got, w.general) {
		t.Errorf("%v are left", got)
	}
	w.OnHistory(nil)
	w.verify()
	if got := w.unchecked(); len(got) > 0 {
		t.Errorf("%v are left", got)
	}
}

// TestSeenBeforeAGap has messages that don't count be deleted unheard after a page has shown them: they are not
// taken over, for whoever has checked the channel since would not look again.
func TestSeenBeforeAGap(t *testing.T) {
	w := newWorld(t)
	var ids []snowflake.ID
	for i := range 150 {
		author := []snowflake.ID{w.bob, w.ann}[min(i/3, 1)]
		ids = append(ids, w.Send(w.general, discordtest.Message{Author: author, ID: snowflake.At(w.Server.Now().Add(time.Duration(i-200) * time.Second))}))
		if author == w.ann {
			must(t, w.Gate.Live(t.Context(), discord.Message{ID: ids[i], Channel: w.general, Author: w.ann}))
		}
	}
	w.write(eventlog.GapOpened{Gap: 1, After: 1})
	w.Repair = true
	w.OnHistory(func(r discordtest.HistoryRequest) {
		if r.Mode == "before" { // the oldest page is there
			w.OnHistory(nil)
			w.DeleteQuietly(w.general, ids[1])
			w.write(eventlog.GapOpened{Gap: 2, After: 2}, eventlog.ChannelChecked{Channel: w.general, Gap: 2})
		}
	})
	found, err := w.Channel(t.Context(), w.exists(w.general), snowflake.At(w.Server.Now().Add(time.Second)))
	must(t, err)
	if w.total() != 149 || len(found.missing) != 2 || found.user(w.bob).Expected != 2 {
		t.Errorf("%d are counted; %+v, %+v", w.total(), found, found.user(w.bob))
	}
	if begun := slices.DeleteFunc(w.HistoryRequests(), func(r discordtest.HistoryRequest) bool { return r.Mode != "after" || r.Limit == 1 }); len(begun) != 1 {
		t.Errorf("the channel was begun %d times", len(begun))
	}
}

// TestCheckedNeedsTheDeletes has a channel not be checked if a delete that was found isn't in the log.
func TestCheckedNeedsTheDeletes(t *testing.T) {
	w := newWorld(t)
	id := w.counted(w.general, w.ann, 1)[0]
	w.write(eventlog.GapOpened{Gap: 1, After: 1})
	w.Repair = true
	found := newDifferences()
	found.extra = []place{{channel: w.general, id: id}}
	if err := w.checked(t.Context(), w.general, 1, found); err == nil || len(w.unchecked()) != 1 {
		t.Errorf("%v; unchecked %v", err, w.unchecked())
	}
}

// TestChanging has the server be changed while a channel is refused: it is begun anew, and if that doesn't
// help it is left out, and the others are compared.
func TestChanging(t *testing.T) {
	for changes, reason := range map[int32]string{1: "no permission to view the channel", 99: history.ErrChanging.Error()} {
		w := newWorld(t)
		w.counted(w.general, w.ann, 5)
		w.counted(w.other, w.bob, 4)
		var refused atomic.Int32
		w.OnRequest(func(r *http.Request) *discordtest.Fault {
			if !strings.HasSuffix(r.URL.Path, w.other.String()+"/messages") {
				return nil
			}
			if refused.Add(1) <= changes {
				_, err := w.Directory.Handle("THREAD_LIST_SYNC", []byte(`{}`))
				must(t, err)
			}
			return &discordtest.Fault{Status: 403, Body: `{"message":"Missing Access","code":50001}`}
		})
		r := w.verify()
		if want := []Skipped{{w.other, reason}}; !slices.Equal(r.Skipped, want) || !r.Exact() || r.Counted != 5 {
			t.Errorf("%+v, want %v skipped", r, want)
		}
	}
}
