package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"tally/eventlog/snowflake"
)

const guildPath = "/api/v1/guilds/197038439483310086"

// naming returns which pages and lists tell of a user.
func (w *world) naming(user snowflake.ID) (paths []string) {
	w.Helper()
	for _, path := range []string{"/", "/guilds/197038439483310086", guildPath + "/leaderboard"} {
		if a := w.ask(path); a.Code != http.StatusOK {
			w.Fatalf("%s: %d", path, a.Code)
		} else if strings.Contains(a.Body.String(), user.String()) {
			paths = append(paths, path)
		}
	}
	return paths
}

// TestErasedAreGoneAtOnce: figures of before an erasure are shown no more, however fresh they are.
func TestErasedAreGoneAtOnce(t *testing.T) {
	w := newWorld(t, "")
	if got := w.naming(bert); len(got) != 3 {
		t.Fatalf("he is named by %v: not what this test is about", got)
	}
	if err := w.log.Hide(guildID, bert); err != nil {
		t.Fatal(err)
	}
	if got := w.naming(bert); len(got) > 0 {
		t.Errorf("once he is erased he is named by %v", got)
	}
	if _, err := w.log.Erase(t.Context(), guildID); err != nil {
		t.Fatal(err)
	}
	if got := w.naming(bert); len(got) > 0 {
		t.Errorf("when his erasure is done he is named by %v", got)
	}
}

// TestErasedWhileFiguresAreRead: what was read already may tell of him, so it is read anew.
func TestErasedWhileFiguresAreRead(t *testing.T) {
	w := newWorld(t, "")
	asked := 0
	w.server = New(Options{Log: w.log, Bot: w.bot, Now: func() time.Time {
		if asked++; asked == 2 { // the first reading is over
			if err := w.log.Hide(guildID, bert); err != nil {
				t.Error(err)
			}
		}
		return w.now
	}})
	if got := w.naming(bert); len(got) > 0 || asked < 3 {
		t.Errorf("he is named by %v; the clock was asked %d times", got, asked)
	}
}

// TestErasedServerIsGoneAtOnce: nothing of it is shown, nor kept, also when it has new messages at once.
func TestErasedServerIsGoneAtOnce(t *testing.T) {
	w := newWorld(t, "")
	w.naming(ann)
	if err := w.log.EraseGuild(guildID); err != nil {
		t.Fatal(err)
	}
	w.live(sent(3, 1), robot)
	if got := w.naming(ann); len(got) > 0 {
		t.Errorf("of before the erasure, %v tell", got)
	}
	if got := w.naming(robot); len(got) != 3 {
		t.Errorf("of after the erasure, only %v tell", got)
	}
	if err := w.log.EraseGuild(guildID); err != nil {
		t.Fatal(err)
	}
	if a := w.ask(guildPath); a.Code != http.StatusNotFound || len(w.server.figures.kept) > 0 {
		t.Errorf("an erased server: %d, figures of %d are kept", a.Code, len(w.server.figures.kept))
	}
}
