package bot

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"tally/bot/discordtest"
	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// anonymize turns the truth into what is shown of it when users were erased.
func anonymize(users map[snowflake.ID]int, erased []snowflake.ID) {
	for _, user := range erased {
		if n, wrote := users[user]; wrote {
			users[eventlog.Anonymous] += n
			delete(users, user)
		}
	}
}

// press gives a command and presses one of the buttons of its answer, which are known by how they begin.
func (w *world) press(g *discordtest.Guild, user snowflake.ID, command, button string, options map[string]any) discordtest.Reply {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), patience)
	defer cancel()
	i, err := w.Interact(ctx, discordtest.Command{Guild: g.ID(), Channel: g.Channels()[0], User: user, Name: command, Options: options})
	if err != nil {
		w.t.Fatal(err)
	}
	asked, err := i.Filled(ctx)
	if err != nil || !asked.Ephemeral() || !strings.Contains(text(asked), "can't be undone") {
		w.t.Fatalf("/%s answered %q (%v)", command, text(asked), err)
	}
	about := user
	if id, ok := options["user"].(snowflake.ID); ok {
		about = id
	}
	pressed, err := i.Press(ctx, fmt.Sprintf("%s:%s:%d:%d", command, button, user, about))
	if err != nil {
		w.t.Fatal(err)
	}
	r, err := pressed.Wait(ctx, func(r discordtest.Reply) bool { return !r.Deferred() && len(r.Components) == 0 })
	if err != nil {
		w.t.Fatalf("/%s, %s: %v, %q", command, button, err, text(r))
	}
	if r.ID != asked.ID || !r.Ephemeral() {
		w.t.Errorf("the answer to the button is another message, or for all to see: %+v", r)
	}
	return r
}

func named(t *testing.T, dir string, user snowflake.ID) (times int) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || e.Type()&fs.ModeSocket != 0 {
			return err
		}
		b, err := os.ReadFile(path)
		times += bytes.Count(b, binary.AppendUvarint(nil, uint64(user))) + bytes.Count(b, binary.BigEndian.AppendUint64(nil, uint64(user)))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return times
}

// TestForgetMe lets a member be forgotten in the middle of an import, and go on writing: over a restart, a forced import, and a
// deep verification, the totals are Discord's, and nothing names him.
func TestForgetMe(t *testing.T) {
	w := newWorld(t, discordtest.Options{})
	w.days = 30
	s := w.addServer("forgetful")
	w.write(s, 900)
	w.start()
	if got := w.runAs(s.Guild, s.bob, "privacy", nil); !strings.Contains(got, "no names") || !strings.Contains(got, "/forget-me") || !strings.Contains(got, "30 days") {
		t.Errorf("privacy: %s", got)
	}
	w.write(s, 10)
	var once sync.Once
	w.OnHistory(func(discordtest.HistoryRequest) {
		w.write(s, 3)
		once.Do(func() {
			if r := w.press(s.Guild, s.bob, "forget-me", "no", nil); !strings.Contains(text(r), "Nothing was erased") {
				t.Errorf("no: %s", text(r))
			}
			if r := w.press(s.Guild, s.bob, "forget-me", "yes", nil); !strings.Contains(text(r), "You are forgotten") || !strings.Contains(text(r), "it named ") {
				t.Errorf("yes: %s", text(r))
			}
			w.erased = append(w.erased, s.bob)
		})
	})
	w.run(s.Guild, "import-messages", nil)
	w.imported(s.Guild)
	w.OnHistory(nil)
	w.exact(s.Guild)
	if got := w.runAs(s.Guild, s.bob, "privacy", nil); !strings.Contains(got, "You** had yourself forgotten") {
		t.Errorf("privacy: %s", got)
	}
	if got := w.runAs(s.Guild, s.bob, "forget-me", nil); !strings.Contains(got, "forgotten already") {
		t.Errorf("again: %s", got)
	}
	if got := w.run(s.Guild, "leaderboard", nil); !strings.Contains(got, "\nerased members — ") || strings.Contains(got, s.bob.String()) || strings.Contains(got, "**2.**") {
		t.Errorf("leaderboard: %s", got)
	}
	w.stopBot()
	if times := named(t, w.dir, s.bob); times > 0 {
		t.Errorf("he stands %d times in the data folder", times)
	}
	w.write(s, 20)
	w.start()
	w.write(s, 20)
	w.exact(s.Guild)
	w.run(s.Guild, "import-messages", map[string]any{"force": true})
	w.until("the second import is finished", func() bool {
		return strings.Contains(w.run(s.Guild, "import-status", nil), "Import: completed") && w.difference(s.Guild) == ""
	})
	if got := w.run(s.Guild, "verify-message-counts", map[string]any{"deep": true, "repair": true}); !strings.Contains(got, "The counts agree with Discord") {
		t.Errorf("deep: %s", got)
	}
	if got := w.run(s.Guild, "verify-message-counts", nil); !strings.Contains(got, "The counts agree with the log") {
		t.Errorf("verify: %s", got)
	}
	w.stopBot()
	if times := named(t, w.dir, s.bob); times > 0 {
		t.Errorf("he stands %d times in the data folder again", times)
	}
}

// TestEraseUser lets an admin have a member forgotten, and nobody else.
func TestEraseUser(t *testing.T) {
	w := newWorld(t, discordtest.Options{})
	s := w.addServer("admins")
	w.start()
	w.write(s, 40)
	w.exact(s.Guild)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	options := map[string]any{"user": s.bob}
	_, err := w.Interact(ctx, discordtest.Command{Guild: s.ID(), Channel: s.general, User: s.ann, Name: "erase-user", Options: options})
	if !errors.Is(err, discordtest.ErrNotAllowed) {
		t.Errorf("a member may: %v", err)
	}
	if r := w.press(s.Guild, s.Owner(), "erase-user", "yes", options); !strings.Contains(text(r), "The member is forgotten") || !strings.Contains(text(r), "it named 20 messages") {
		t.Errorf("erase-user: %s", text(r))
	}
	w.erased = append(w.erased, s.bob)
	w.write(s, 4)
	w.exact(s.Guild)
}
