package main

import (
	"strings"
	"testing"

	"tally/eventlog/snowflake"
)

// TestConfirm erases only after the whole word, and asks nobody where there is no terminal.
func TestConfirm(t *testing.T) {
	for name, c := range map[string]struct {
		answer string
		asks   bool
		yes    bool // --yes
		want   string
	}{
		"yes":         {"yes\n", true, false, ""},
		"with blanks": {"  yes \r\n", true, false, ""},
		"no":          {"no\n", true, false, "nothing was erased"},
		"a letter":    {"y\n", true, false, "nothing was erased"},
		"Ctrl-D":      {"", true, false, "nothing was erased"},
		"a pipe":      {"yes\n", false, false, "needs a yes"},
		"--yes":       {"", false, true, ""},
	} {
		term, _, talk := screen(80)
		term.in, term.asks = strings.NewReader(c.answer), c.asks
		cmd := eraseCmd{Guild: 5, User: snowflake.ID(7), Yes: c.yes}
		err := cmd.confirm(term, "user 7 in server 5")
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
		if asked := strings.Contains(talk.String(), "Erase user 7 in server 5? That can't be undone."); asked != (c.asks && !c.yes) {
			t.Errorf("%s: %q", name, talk)
		}
	}
}
