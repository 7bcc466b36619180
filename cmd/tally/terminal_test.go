package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"
	"testing"

	"github.com/bwmarrin/discordgo"

	"tally/bot/session"
	"tally/eventlog"
)

// screen returns a terminal of the given width, and what is written to it.
func screen(width int) (t *terminal, out, talk *bytes.Buffer) {
	out, talk = &bytes.Buffer{}, &bytes.Buffer{}
	t = newTerminal(strings.NewReader(""), out, talk)
	t.width = width
	return t, out, talk
}

// TestTableFits: on a narrow terminal columns are left out, the most dispensable first, and named.
func TestTableFits(t *testing.T) {
	columns := []column{{name: "id"}, {name: "logged", spare: 2}, {name: "messages", right: true, spare: 1}}
	rows := [][]string{{"80351110224678912", "2026-08-01 12:00", "1,234"}, {"8", "2026-08-01 12:01", "9"}}
	for width, want := range map[int]string{
		0:   "ID                 LOGGED            MESSAGES\n80351110224678912  2026-08-01 12:00     1,234\n8                  2026-08-01 12:01         9\n",
		100: "ID                 LOGGED            MESSAGES\n80351110224678912  2026-08-01 12:00     1,234\n8                  2026-08-01 12:01         9\n",
		40:  "ID                 MESSAGES\n80351110224678912     1,234\n8                         9\n",
		20:  "ID\n80351110224678912\n8\n",
	} {
		term, out, talk := screen(width)
		term.table(columns, [][]string{append([]string{}, rows[0]...), append([]string{}, rows[1]...)})
		if err := term.out.Flush(); err != nil {
			t.Fatal(err)
		}
		if out.String() != want {
			t.Errorf("width %d:\n%q, want\n%q", width, out, want)
		}
		if left := strings.Contains(talk.String(), "left out"); left != (width == 40 || width == 20) {
			t.Errorf("width %d: %q", width, talk)
		}
	}
}

// TestTableLeavesOutEmpty: what nobody misses is left out first, and not spoken of.
func TestTableLeavesOutEmpty(t *testing.T) {
	term, out, talk := screen(15)
	term.table([]column{{name: "id"}, {name: "origin", spare: 1}, {name: "notes", spare: 2}}, [][]string{{"1", "", "forced"}, {"2", "", ""}})
	if err := term.out.Flush(); err != nil {
		t.Fatal(err)
	}
	if want := "ID  NOTES\n1   forced\n2\n"; out.String() != want || talk.Len() > 0 {
		t.Errorf("%q, %q", out, talk)
	}
}

// TestFail: what is said about errors, and the exit code.
func TestFail(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		code int
		says string
	}{
		"none":       {nil, exitFine, ""},
		"usage":      {usage(errors.New("bad flag"), "Do it so."), exitUsage, "tally: bad flag\nDo it so.\n"},
		"no log":     {fmt.Errorf("open: %w", eventlog.ErrNoLog), exitUsage, "no log here"},
		"in use":     {fmt.Errorf("open: %w", eventlog.ErrInUse), exitFailed, "/import-status"},
		"token":      {session.ErrToken, exitFailed, "Reset Token"},
		"intents":    {session.ErrIntents, exitFailed, "privileged"},
		"permission": {fmt.Errorf("open: %w", fs.ErrPermission), exitFailed, "--data"},
		"damage":     {fmt.Errorf("replay: %w", &eventlog.CorruptError{Cause: errors.New("bits")}), exitFailed, "tally log check"},
		"other":      {errors.New("something"), exitFailed, "tally: something\n"},
	} {
		term, _, talk := screen(0)
		if code := term.fail(c.err); code != c.code || !strings.Contains(talk.String(), c.says) || c.err == nil && talk.Len() > 0 {
			t.Errorf("%s: exit code %d, %q", name, code, talk)
		}
	}
}

// TestDiscordgoLog: what discordgo says goes to the bot's log, and no token with it.
func TestDiscordgoLog(t *testing.T) {
	term, _, talk := screen(0)
	term.hide("sesame")
	adoptDiscordgo(slog.New(slog.NewTextHandler(term.err, nil)))
	defer adoptDiscordgo(slog.New(slog.DiscardHandler))
	discordgo.Logger(discordgo.LogError, 0, "identify with %s failed", "sesame")
	discordgo.Logger(discordgo.LogDebug, 0, "too much")
	if got := talk.String(); !strings.Contains(got, "level=INFO msg=discordgo") || !strings.Contains(got, "identify with [token] failed") || strings.Contains(got, "too much") {
		t.Errorf("%q", got)
	}
}
