package bot

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"

	"tally/bot/discordtest"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// difference tells how the bot's counts differ from the truth.
func (w *world) difference(g *discordtest.Guild) string {
	truth := w.TruthBy(g.ID(), w.rules)
	users, channels := map[snowflake.ID]int{}, map[snowflake.ID]int{}
	w.view(g, func(g *projections.Guild) {
		for _, s := range g.Standings() {
			if s.Messages > 0 {
				users[s.User] = int(s.Messages)
			}
		}
		for _, c := range g.Channels() {
			channels[c.Channel] = int(c.Messages)
		}
	})
	anonymize(truth.Users, w.erased)
	if !maps.Equal(users, truth.Users) {
		return fmt.Sprintf("users: counted %v, truth %v", users, truth.Users)
	}
	if !maps.Equal(channels, truth.Channels) {
		return fmt.Sprintf("channels: counted %v, truth %v", channels, truth.Channels)
	}
	return ""
}

// TestStory is an import as an admin lives it.
func TestStory(t *testing.T) {
	w := newWorld(t, discordtest.Options{})
	g := w.AddGuild("story")
	general := g.AddChannel(discordtest.ChannelSpec{Name: "general"})
	other := g.AddChannel(discordtest.ChannelSpec{Name: "other"})
	ann, bob := g.AddUser("ann", false), g.AddUser("bob", false)
	for i := range 1234 {
		w.Send([]snowflake.ID{general, other}[i%2], discordtest.Message{Author: []snowflake.ID{ann, bob}[i%3/2]})
	}
	w.start()
	if got := w.run(g, "import-status", nil); !strings.Contains(got, "Import: none") {
		t.Errorf("before: %s", got)
	}
	w.Send(general, discordtest.Message{Author: ann}) // seen live, and then in the history too: 1,235, and the bot's own answer

	// In the middle of the import people go on writing; the start is known before the first page is read.
	var first sync.Once
	w.OnHistory(func(discordtest.HistoryRequest) {
		first.Do(func() {
			w.view(g, func(g *projections.Guild) {
				if f := g.ImportFields(); f.StartTime == nil || f.Completed || f.EndTime != nil {
					t.Errorf("at the first page the import's fields are %+v", f)
				}
			})
		})
		w.Send(general, discordtest.Message{Author: bob})
	})
	if got := w.run(g, "import-messages", nil); !strings.Contains(got, "The import has started") {
		t.Errorf("start: %s", got)
	}
	w.imported(g)
	w.OnHistory(nil)
	w.exact(g)

	got := w.run(g, "import-status", nil)
	for _, want := range []string{"Import: completed", "import_completed: true", "import_date: 20", "import_start_time: <t:", "import_end_time: <t:", "total_messages_imported: 1,236"} {
		if !strings.Contains(got, want) {
			t.Errorf("status lacks %q:\n%s", want, got)
		}
	}
	for _, deep := range []bool{false, true} {
		if got := w.run(g, "verify-message-counts", map[string]any{"deep": deep}); !strings.Contains(got, "Accuracy: 100%") {
			t.Errorf("verification, deep %v:\n%s", deep, got)
		}
	}
	if got := w.run(g, "import-messages", nil); !strings.Contains(got, "already imported") || !strings.Contains(got, "1,236 messages") {
		t.Errorf("a second import without force:\n%s", got)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if _, err := w.WaitMessage(ctx, general, func(r discordtest.Reply) bool { return strings.Contains(text(r), "The import is complete") }); err != nil {
		t.Errorf("no report of the end: %v", err)
	}
	if got := w.run(g, "leaderboard", nil); !strings.Contains(got, fmt.Sprintf("**1.** <@%d> — ", ann)) {
		t.Errorf("leaderboard:\n%s", got)
	}
	if got := w.runAs(g, bob, "message-count", nil); !strings.Contains(got, fmt.Sprintf("<@%d> wrote **", bob)) {
		t.Errorf("count:\n%s", got)
	}
	for _, command := range []string{"import-messages", "import-cancel", "verify-message-counts", "recount"} {
		_, err := w.Interact(ctx, discordtest.Command{Guild: g.ID(), Channel: general, User: bob, Name: command})
		if !errors.Is(err, discordtest.ErrNotAllowed) {
			t.Errorf("/%s by a member: %v", command, err)
		}
	}
	if got := w.run(g, "recount", nil); !strings.Contains(got, "Nothing changed") {
		t.Errorf("recount:\n%s", got)
	}
}
