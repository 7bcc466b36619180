package bot

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tally/bot/discordtest"
	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// TestCountThatCannotBeOpened takes the erasure key away, and then puts another file in its place: commands say that
// something is wrong and where the reason stands, the other server is counted, and when the key is back and Discord tells of the
// server again, so is all that was missed.
func TestCountThatCannotBeOpened(t *testing.T) {
	w := newWorld(t, discordtest.Options{})
	s, other := w.addServer("without a key"), w.addServer("other")
	w.start()
	w.write(s, 10)
	w.press(s.Guild, s.bob, "forget-me", "yes", nil)
	w.erased = []snowflake.ID{s.bob}
	w.exact(s.Guild)
	w.stopBot()
	path := filepath.Join(w.dir, eventlog.KeyName)
	key, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for what, wrong := range map[string]func() error{
		"no key":      func() error { return os.Remove(path) },
		"another key": func() error { return os.WriteFile(path, []byte("short"), 0o600) },
	} {
		if err := wrong(); err != nil {
			t.Fatal(err)
		}
		w.startIn(other.Guild)
		w.until("Discord has told of the server", func() bool {
			return !strings.Contains(w.run(s.Guild, "leaderboard", nil), "getting to know")
		})
		w.write(s, 10)
		w.write(other, 10)
		for _, name := range []string{"leaderboard", "message-count", "import-status", "import-messages", "settings show", "forget-me"} {
			if _, r := w.asked(s, s.Owner(), name, nil); !strings.Contains(text(r), "can't open this server's count") || !strings.Contains(text(r), "in my output") || !r.Ephemeral() {
				t.Errorf("%s, /%s: %s", what, name, text(r))
			}
		}
		if got := w.run(other.Guild, "leaderboard", nil); !strings.Contains(got, "in all") {
			t.Errorf("%s, the other server: %s", what, got)
		}
		w.exact(other.Guild)
		if err := os.WriteFile(path, key, 0o600); err != nil {
			t.Fatal(err)
		}
		s.SetOutage(true) // Discord tells of the server anew
		s.SetOutage(false)
		w.until("the count is open", func() bool { _, ok := w.bot.Guild(s.ID()); return ok })
		w.exact(s.Guild)
		w.stopBot()
	}
}
