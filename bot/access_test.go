package bot

import (
	"strings"
	"testing"
	"time"

	"tally/bot/discordtest"
	"tally/projections"
)

// TestChannelsThatOpenAreRead lets the bot into channels after the import: they are read without a command.
func TestChannelsThatOpenAreRead(t *testing.T) {
	w := newWorld(t, discordtest.Options{})
	s := w.addServer("access")
	role := s.AddRole("role", 0)
	hidden := s.AddChannel(discordtest.ChannelSpec{Name: "hidden", Overwrites: []discordtest.Overwrite{
		{ID: s.ID(), Deny: discordtest.PermViewChannel}, {ID: role, Allow: discordtest.PermViewChannel},
	}})
	forum := s.AddChannel(discordtest.ChannelSpec{Name: "hidden forum", Type: discordtest.ForumChannel})
	s.DenyBot(forum, discordtest.PermViewChannel)
	posts := s.AddThread(discordtest.ThreadSpec{Parent: forum, Name: "post", Owner: s.ann})
	old := s.AddThread(discordtest.ThreadSpec{Parent: forum, Name: "old post", Owner: s.bob})
	s.DenyBot(s.other, discordtest.PermReadMessageHistory)
	w.write(s, 260)
	for range 130 {
		w.Send(hidden, discordtest.Message{Author: s.ann})
		w.Send(posts, discordtest.Message{Author: s.bob})
		w.Send(old, discordtest.Message{Author: s.ann})
	}
	w.start()
	w.write(s, 20)
	w.run(s.Guild, "import-messages", nil)
	w.imported(s.Guild)
	w.write(s, 20)
	w.until("what is visible is counted", func() bool { return w.total(s) == 130+20+20 })

	for _, name := range []string{"leaderboard", "activity"} {
		if got := w.run(s.Guild, name, map[string]any{"channel": s.other}); !strings.Contains(got, "Give me Read Message History there") {
			t.Errorf("/%s of a channel that can't be read: %s", name, got)
		}
	}
	s.ArchiveThread(old, time.Time{})
	s.AllowBot(s.other, discordtest.PermReadMessageHistory)
	s.GiveRole(w.BotID(), role)
	s.AllowBot(forum, discordtest.PermViewChannel)
	w.write(s, 10)
	w.Send(hidden, discordtest.Message{Author: s.bob})
	w.exact(s.Guild)
	w.view(s.Guild, func(g *projections.Guild) {
		if f := g.ImportFields(); !f.Completed || g.Committed().Number != 1 || f.Total < 260+3*130 {
			t.Errorf("the import's fields afterwards: %+v", f)
		}
	})
}

// TestCategoryGoes deletes a category: its channels stay, and their messages.
func TestCategoryGoes(t *testing.T) {
	w := newWorld(t, discordtest.Options{})
	s := w.addServer("category")
	category := s.AddChannel(discordtest.ChannelSpec{Name: "category", Type: discordtest.Category})
	within := s.AddChannel(discordtest.ChannelSpec{Name: "within", Parent: category})
	for range 5 {
		w.Send(within, discordtest.Message{Author: s.ann})
	}
	w.start()
	w.run(s.Guild, "import-messages", nil)
	w.imported(s.Guild)
	s.DeleteChannel(category)
	w.Send(within, discordtest.Message{Author: s.bob})
	w.exact(s.Guild)
}
