package bot

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"

	"tally/bot/discordtest"
)

// footers are the last lines of answers that show counts, by their commands. They are the same in all but those about one channel.
func (w *world) footers(s server, want *regexp.Regexp) {
	w.t.Helper()
	for _, c := range []struct {
		name string
		o    options
	}{{"leaderboard", nil}, {"leaderboard", options{"period": "year"}}, {"message-count", options{"user": s.ann, "period": "year"}}, {"activity", nil}, {"export", nil}} {
		if got := w.run(s.Guild, c.name, c.o); !want.MatchString(got) {
			w.t.Errorf("/%s %v lacks %q:\n%s", c.name, c.o, want, got)
		}
	}
}

// TestFooters: what the counts still lack is said below each of them: before an import, while one runs, while a gap is read.
func TestFooters(t *testing.T) {
	w := newWorld(t, discordtest.Options{})
	s := w.addServer("footers")
	w.write(s, 4000)
	w.start()
	w.footers(s, regexp.MustCompile(`The history is not imported yet: only messages since I joined are counted\.`))

	pages, stuck, wait := make(chan struct{}, 20), make(chan struct{}), make(chan struct{})
	stick, release := sync.OnceFunc(func() { close(stuck) }), sync.OnceFunc(func() { close(wait) })
	defer release()
	w.OnHistory(func(discordtest.HistoryRequest) { // twenty pages of forty are read, then none for a while
		select {
		case pages <- struct{}{}:
		default:
			stick()
			<-wait
		}
	})
	w.run(s.Guild, "import-messages", nil)
	<-stuck
	being := regexp.MustCompile(`The history is being imported, about [1-9]\d? % are read: until that is done, only new messages are counted\.`)
	w.until("it is known how far the import is", func() bool { return being.MatchString(w.run(s.Guild, "leaderboard", nil)) })
	w.footers(s, being)
	release()
	w.imported(s.Guild)
	w.OnHistory(nil)
	for _, name := range []string{"leaderboard", "activity", "export"} {
		if got := w.run(s.Guild, name, nil); strings.Contains(got, "read") || strings.Contains(got, "import") {
			t.Errorf("/%s says something is lacking: %s", name, got)
		}
	}

	w.stopBot()
	w.write(s, 10)
	hold := make(chan struct{})
	release = sync.OnceFunc(func() { close(hold) })
	defer release()
	w.OnHistory(func(discordtest.HistoryRequest) { <-hold })
	w.start()
	w.footers(s, regexp.MustCompile(`What was sent while I wasn't listening is being read\.`))
	release()
	w.settled(s)
}

// TestFootersOfWhatCannotBeRead: one channel is named if all may see it, of others only the number is told.
func TestFootersOfWhatCannotBeRead(t *testing.T) {
	w := newWorld(t, discordtest.Options{})
	s := w.addServer("unread")
	s.DenyBot(s.other, discordtest.PermReadMessageHistory)
	w.write(s, 40)
	w.start()
	w.write(s, 4)
	w.run(s.Guild, "import-messages", nil)
	w.imported(s.Guild)
	w.footers(s, regexp.MustCompile(`#other can't be read: /import-status says why\.`))
	if got := w.run(s.Guild, "import-status", nil); !strings.Contains(got, fmt.Sprintf("<#%d>: I may not read its history", s.other)) {
		t.Errorf("/import-status: %s", got)
	}
	if got := w.run(s.Guild, "leaderboard", options{"channel": s.general}); strings.Contains(got, "can't be read") {
		t.Errorf("of a channel that can be read: %s", got)
	}
	if got := w.run(s.Guild, "leaderboard", options{"channel": s.other}); !strings.Contains(got, "Give me Read Message History there") || strings.Contains(got, "can't be read") {
		t.Errorf("of the channel itself: %s", got)
	}

	secret := s.AddChannel(discordtest.ChannelSpec{Name: "secret", Overwrites: []discordtest.Overwrite{{ID: s.ID(), Deny: discordtest.PermViewChannel}}})
	w.Send(secret, discordtest.Message{Author: s.ann})
	two := regexp.MustCompile(`2 channels can't be read: /import-status names them\.`)
	w.until("the hidden one is noticed", func() bool { return two.MatchString(w.run(s.Guild, "leaderboard", nil)) })
	w.footers(s, two)
	if got := w.run(s.Guild, "import-status", nil); !strings.Contains(got, fmt.Sprintf("<#%d>", secret)) || strings.Contains(got, "secret") {
		t.Errorf("/import-status names it by its id, which Discord shows to those alone who may see it: %s", got)
	}
	w.set(s, "exclude", options{"channel": s.other})
	w.footers(s, regexp.MustCompile(`1 channel can't be read: /import-status names it\.`))
	w.set(s, "exclude", options{"channel": secret})
	if got := w.run(s.Guild, "leaderboard", nil); strings.Contains(got, "can't be read") {
		t.Errorf("what doesn't count need not be read: %s", got)
	}
}
