package bot

import (
	"strings"
	"testing"

	"tally/bot/discordtest"
	"tally/eventlog/snowflake"
)

// TestWhyNothingIsCounted: a card without messages says so of a bot, and of somebody forgotten, of him to himself alone.
func TestWhyNothingIsCounted(t *testing.T) {
	w := newWorld(t, discordtest.Options{})
	s := w.addServer("uncounted")
	robot, silent, idle := s.AddUser("robot", true), s.AddUser("silent", false), s.AddUser("idle robot", true)
	w.start()
	w.write(s, 8)
	for range 3 {
		w.Send(s.general, discordtest.Message{Author: robot})
	}
	w.press(s.Guild, s.bob, "forget-me", "yes", nil)
	w.erased = []snowflake.ID{s.bob}
	w.write(s, 4)
	w.exact(s.Guild)
	const ofBots, ofForgotten = "Bots aren't counted here: `/settings count`", "You asked to be forgotten"
	asks := func(asker, about snowflake.ID, why string) {
		t.Helper()
		for _, c := range []struct {
			name string
			o    options
		}{{"message-count", options{"user": about}}, {"message-count", options{"user": about, "period": "today"}}, {"activity", options{"user": about}}} {
			_, r := w.asked(s, asker, c.name, c.o)
			got := text(r)
			if !strings.Contains(got, why) || strings.Contains(got, ofBots) != (why == ofBots) || strings.Contains(got, ofForgotten) != (why == ofForgotten) {
				t.Errorf("/%s %v lacks %q, or says too much: %s", c.name, c.o, why, got)
			}
			if r.Ephemeral() != (why == ofForgotten) {
				t.Errorf("/%s %v: for the asker alone: %v", c.name, c.o, r.Ephemeral())
			}
		}
	}
	asks(s.ann, robot, ofBots)
	asks(s.ann, silent, "0 messages")
	asks(s.ann, s.bob, "0 messages")
	asks(s.ann, s.ann, "6 messages")
	asks(s.bob, s.bob, ofForgotten)
	if _, r := w.asked(s, s.bob, "message-count", nil); !strings.Contains(text(r), ofForgotten) || !r.Ephemeral() {
		t.Errorf("his own card: %s", text(r))
	}
	if _, r := w.asked(s, s.bob, "activity", nil); strings.Contains(text(r), ofForgotten) || r.Ephemeral() {
		t.Errorf("the activity of all: %s", text(r))
	}
	w.set(s, "count", options{"bots": true})
	w.rules.Bots = true
	w.exact(s.Guild)
	asks(s.ann, robot, "3 messages")
	asks(s.ann, idle, "0 messages")
}
