package bot

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tally/bot/discordtest"
	"tally/eventlog/snowflake"
)

// TestDeepVerificationMends has messages that Tally could not learn of and deletes that nobody told of, in
// the part that was imported and in the part that was counted live.
func TestDeepVerificationMends(t *testing.T) {
	clock := &handClock{now: time.Now().Add(-time.Hour), step: time.Millisecond}
	w := newWorld(t, discordtest.Options{Clock: clock.Now})
	s := w.addServer("mend")
	hidden := s.AddChannel(discordtest.ChannelSpec{Name: "hidden"})
	s.DenyBot(hidden, discordtest.PermReadMessageHistory)
	w.write(s, 300)
	w.start()
	w.run(s.Guild, "import-messages", nil)
	w.imported(s.Guild)
	w.write(s, 100)
	w.exact(s.Guild)
	var ids []snowflake.ID
	for m := range s.History(s.general) {
		ids = append(ids, m.ID)
	}
	late := ids[0] + 1
	w.DeleteQuietly(s.general, ids[10], ids[20], ids[len(ids)-10])
	w.Send(s.general, discordtest.Message{Author: s.ann, ID: late, Delivery: discordtest.HistoryOnly})
	w.Send(s.other, discordtest.Message{Author: s.bob, Delivery: discordtest.HistoryOnly})
	w.Send(s.other, discordtest.Message{Author: s.bob, Delivery: discordtest.HistoryOnly})
	clock.move(10 * time.Minute) // what history doesn't show of an age like that won't become visible any more

	found := w.run(s.Guild, "verify-message-counts", map[string]any{"deep": true})
	for _, want := range []string{"differ from Discord", "Missing: 3", "Extra: 3", "Accuracy: 98.50%", "<#" + hidden.String() + ">", fmt.Sprintf("<@%d>: counted 200, expected ", s.bob)} {
		if !strings.Contains(found, want) {
			t.Errorf("the verification lacks %q:\n%s", want, found)
		}
	}
	if got := w.run(s.Guild, "verify-message-counts", map[string]any{"repair": true}); !strings.Contains(got, "`deep:True` together") {
		t.Errorf("repair without deep: %s", got)
	}
	if got := w.run(s.Guild, "verify-message-counts", map[string]any{"deep": true, "repair": true}); !strings.Contains(got, "are mended") {
		t.Errorf("repair: %s", got)
	}
	w.exact(s.Guild)
	for _, deep := range []bool{true, false} {
		if got := w.run(s.Guild, "verify-message-counts", map[string]any{"deep": deep}); !strings.Contains(got, "Accuracy: 100%") {
			t.Errorf("after the repair, deep %v: %s", deep, got)
		}
	}
	w.Redeliver(s.general, late) // the gateway brings what the repair has found
	w.write(s, 1)
	w.run(s.Guild, "import-messages", map[string]any{"force": true})
	w.imported(s.Guild)
	w.exact(s.Guild)
}

// TestSearchBesideDeep shows the search's total where the intent is granted, which also counts what bots wrote: the import's reports too.
func TestSearchBesideDeep(t *testing.T) {
	for granted, want := range map[bool]string{true: "Discord's search: about 3", false: ""} {
		o := discordtest.Options{}
		if granted {
			o.AllowedIntents = discordtest.IntentGuilds | discordtest.IntentGuildMessages | discordtest.IntentMessageContent
		}
		w := newWorld(t, o)
		s := w.addServer("searched")
		w.write(s, 30)
		w.Send(s.general, discordtest.Message{Author: s.AddUser("robot", true)})
		w.start()
		w.run(s.Guild, "import-messages", nil)
		w.imported(s.Guild)
		got := w.run(s.Guild, "verify-message-counts", map[string]any{"deep": true})
		if strings.Contains(got, "search") != granted || !strings.Contains(got, want) {
			t.Errorf("granted %v:\n%s", granted, got)
		}
		w.stopBot()
	}
}
