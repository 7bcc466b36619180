package verify

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"tally/bot/discord"
	"tally/bot/discordtest"
	"tally/eventlog/snowflake"
)

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
