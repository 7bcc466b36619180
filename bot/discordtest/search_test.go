package discordtest

import (
	"strings"
	"testing"
)

// TestSearch has the total of what the bot can read, and nothing without the intent.
func TestSearch(t *testing.T) {
	for _, intents := range []int{0, knownIntents} {
		s := New(Options{AllowedIntents: intents})
		g := s.AddGuild("test")
		ann := g.AddUser("ann", false)
		open, hidden := g.AddChannel(ChannelSpec{Name: "open"}), g.AddChannel(ChannelSpec{Name: "hidden"})
		g.DenyBot(hidden, PermReadMessageHistory)
		for range 5 {
			s.Send(open, Message{Author: ann})
			s.Send(hidden, Message{Author: ann})
		}
		before := s.Send(open, Message{Author: ann})
		a := rest(t, s, "GET", "/guilds/"+g.ID().String()+"/messages/search?max_id="+before.String(), "")
		if intents == 0 {
			if a.status != 403 {
				t.Errorf("without the intent: %d", a.status)
			}
		} else if !strings.Contains(string(a.body), `"total_results":5`) {
			t.Errorf("%d %s", a.status, a.body)
		}
		s.Close()
	}
}
