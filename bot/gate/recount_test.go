package gate

import (
	"testing"

	"github.com/oklog/ulid/v2"

	"tally/bot/discord"
	"tally/eventlog"
	"tally/projections"
)

// TestSettingsTakeEffect changes what counts: the old number stays until the new one is there, live messages
// count meanwhile, and the count is that of a replay.
func TestSettingsTakeEffect(t *testing.T) {
	g := newGate(t)
	bots := []discord.Message{{ID: 1, Channel: 1, Author: 60, Bot: true}, {ID: 2, Channel: 1, Author: 60, Bot: true}}
	must(t, g.Page(t.Context(), eventlog.Catchup, 0, 1, bots))
	must(t, g.Page(t.Context(), eventlog.Catchup, 0, 1, said(1, 50, 3)))
	seen := []uint64{}
	look := func() {
		g.View(func(state *projections.Guild) {
			if n := state.Total(); len(seen) == 0 || seen[len(seen)-1] != n {
				seen = append(seen, n)
			}
		})
	}
	look()
	write(t, g, eventlog.SettingsChanged{By: 1, Settings: eventlog.Settings{Bots: true}})
	for stale := true; stale; {
		g.View(func(state *projections.Guild) { stale = state.Stale() })
		look()
	}
	if look(); len(seen) != 2 || seen[0] != 1 || seen[1] != 3 {
		t.Errorf("seen were %v, want 1 and then 3", seen)
	}
	write(t, g, eventlog.SettingsChanged{By: 1}, eventlog.SettingsChanged{By: 1, Settings: eventlog.Settings{Bots: true}}, eventlog.SettingsChanged{By: 1})
	must(t, g.Live(t.Context(), said(1, 50, 4)[0]))
	g.Close()
	again := openGate(t, g.Log())
	defer again.Close()
	replayed, err := projections.Replay(g.Log(), guildID, ulid.ULID{})
	must(t, err)
	if n := total(again); n != 2 || replayed.Total() != 2 {
		t.Errorf("%d messages are counted after a restart, %d by a replay; want 2", n, replayed.Total())
	}
}
