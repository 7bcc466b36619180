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

// TestGoneWithThreads has all that counts in a channel that is gone and in its threads be found, though
// with the channel the threads go too.
func TestGoneWithThreads(t *testing.T) {
	w := newWorld(t)
	thread := w.AddThread(discordtest.ThreadSpec{Parent: w.other, Name: "thread", Silent: true})
	w.verify() // the thread is known
	w.counted(w.other, w.bob, 4)
	w.counted(thread, w.ann, 3)
	w.DeleteChannel(w.other)
	w.OnRequest(func(r *http.Request) *discordtest.Fault {
		if strings.Contains(r.URL.Path, thread.String()) {
			return &discordtest.Fault{Delay: 50 * time.Millisecond}
		}
		return nil
	})
	w.Repair = true
	if r := w.verify(); r.Extra != 7 || r.Causes.Gone != 7 {
		t.Errorf("%+v", r)
	}
	if _, known := w.Directory.Channel(thread); known || w.total() != 0 {
		t.Errorf("known: %v, %d are counted", known, w.total())
	}
}

// TestUnlisted has channels be counted that no list names: one is there, one is closed, one is gone.
func TestUnlisted(t *testing.T) {
	w := newWorld(t)
	add := func(kind int) snowflake.ID {
		id := w.AddThread(discordtest.ThreadSpec{Parent: w.other, Name: "thread", Type: kind, Silent: true, Archived: true})
		w.counted(id, w.ann, 1)
		w.ArchiveThread(id, time.Time{})
		return id
	}
	there, closed, gone := add(11), add(12), add(11)
	w.Send(there, discordtest.Message{Author: w.bob})
	w.ArchiveThread(there, time.Time{})
	w.DeleteChannel(gone)
	w.SetBotPermissions(discordtest.PermViewChannel | discordtest.PermReadMessageHistory)
	w.OnRequest(func(r *http.Request) *discordtest.Fault {
		if strings.Contains(r.URL.Path, "/archived/") {
			return &discordtest.Fault{Status: 200, Body: `{"threads":[],"members":[],"has_more":false}`}
		}
		return nil
	})
	w.Repair = true
	r := w.verify()
	if want := []Skipped{{closed, "no permission to view the channel"}}; !slices.Equal(r.Skipped, want) || r.Missing != 1 || r.Extra != 1 || r.Causes.Gone != 1 {
		t.Errorf("%+v, want %v skipped", r, want)
	}
	if w.total() != 3 {
		t.Errorf("%d are counted", w.total())
	}
}

// TestClosedParent names the reason of its channel for a thread that isn't known, and doesn't ask for it.
func TestClosedParent(t *testing.T) {
	w := newWorld(t)
	w.DenyBot(w.other, discordtest.PermReadMessageHistory)
	w.Directory.Add(w.exists(w.other))
	asked := false
	w.OnRequest(func(r *http.Request) *discordtest.Fault { asked = true; return nil })
	found, err := w.Channel(t.Context(), discord.Channel{ID: 5, Parent: w.other}, 1<<60)
	must(t, err)
	if want := []Skipped{{5, "no permission to read the message history"}}; !slices.Equal(found.skipped, want) || asked {
		t.Errorf("%v, want %v; asked: %v", found.skipped, want, asked)
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
				_, err := w.Directory.Handle("GUILD_BAN_ADD", nil) // anything counts as told
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
