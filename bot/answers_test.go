package bot

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"tally/bot/discordtest"
)

var (
	// tags are what Discord writes itself: mentions and times; and code is what is to be typed.
	tags   = regexp.MustCompile("<[^>]*>|`[^`]*`")
	dates  = regexp.MustCompile(`\d{4}-\d\d-\d\d`)
	digits = regexp.MustCompile(`\d{4,}`)
)

// TestAnswersAreReadable gives every command on a server with some thousand messages: numbers have separators, times
// are Discord's, and what doesn't work says what to do. That nobody is pinged, the emulator sees to.
func TestAnswersAreReadable(t *testing.T) {
	w := newWorld(t, discordtest.Options{})
	s := w.addServer("answers")
	w.write(s, 4800)
	w.start()
	said := map[string]string{}
	give := func(name string, o options) string {
		t.Helper()
		got := w.run(s.Guild, name, o)
		if number := digits.FindString(dates.ReplaceAllString(tags.ReplaceAllString(got, ""), "")); number != "" {
			t.Errorf("/%s %v writes %s without separators:\n%s", name, o, number, got)
		}
		said[name] += got
		return got
	}
	today := w.Now().Format(time.DateOnly)
	give("import-status", nil)
	give("import-messages", nil)
	w.imported(s.Guild)
	w.exact(s.Guild)
	for _, c := range []struct {
		name string
		o    options
	}{
		{"message-count", options{"user": s.ann}}, {"message-count", options{"user": s.ann, "period": "year"}}, {"leaderboard", nil}, {"leaderboard", options{"period": "7-days"}},
		{"activity", nil}, {"import-status", nil}, {"import-messages", nil}, {"recount", nil}, {"verify-message-counts", nil}, {"verify-message-counts", options{"deep": true}},
		{"settings show", nil}, {"settings count", options{"bots": true, "deleted": true}}, {"settings exclude", options{"channel": s.other}},
		{"settings time-zone", options{"name": "Asia/Tokyo"}}, {"settings answers", options{"seen_by": "everyone"}}, {"settings access", options{"command": "recount", "who": "everyone"}},
		{"settings show", nil}, {"leaderboard", nil}, {"leaderboard", options{"hide_left": true}}, {"leaderboard", options{"as_of": today}},
		{"export", nil}, {"export", options{"format": "json", "gzip": true}}, {"privacy", nil}, {"forget-me", nil}, {"erase-user", options{"user": s.bob}},
	} {
		if got := give(c.name, c.o); strings.Contains(got, "That doesn't work") || strings.Contains(got, "went wrong") {
			t.Errorf("/%s %v: %s", c.name, c.o, got)
		}
	}
	for name, want := range map[string]string{
		"export": "rows: by day", "privacy": "/forget-me", "forget-me": "can't be undone", "erase-user": "can't be undone", "leaderboard": "ranks are those among all",
	} {
		if !strings.Contains(said[name], want) {
			t.Errorf("/%s lacks %q: %s", name, want, said[name])
		}
	}
	if !strings.Contains(said["message-count"], "2,400") || !strings.Contains(said["import-status"], "<t:") {
		t.Errorf("%v", said)
	}
	for _, c := range []struct {
		name string
		o    options
	}{
		{"import-cancel", nil}, {"verify-message-counts", options{"repair": true}}, {"leaderboard", options{"as_of": "yesterday"}}, {"leaderboard", options{"as_of": "2199-01-01"}}, {"settings count", nil},
		{"settings include", nil}, {"settings include", options{"channel": s.general}}, {"settings time-zone", options{"name": "nowhere"}}, {"settings access", options{"command": "recount"}},
	} {
		got := give(c.name, c.o)
		_, advice, wrong := strings.Cut(got, "That doesn't work\n")
		if !wrong || !strings.Contains(advice, "`") {
			t.Errorf("/%s %v doesn't say what to do: %s", c.name, c.o, got)
		}
	}
}
