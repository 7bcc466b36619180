package projections

import (
	"testing"

	"tally/eventlog"
)

// BenchmarkSettings has 10 million messages counted by other settings: so long the old numbers are shown. And it reads
// their activity, plainly, in a time zone, and with the deleted ones.
func BenchmarkSettings(b *testing.B) {
	log := benchLog(b, 10_000_000)
	b.Run("counted anew", func(b *testing.B) {
		for b.Loop() {
			if g, err := ReplayBy(log, guildID, Policy{Bots: true}); err != nil || g.Total() == 0 {
				b.Fatal(err)
			}
		}
	})
	g, err := Load(log, guildID)
	if err != nil {
		b.Fatal(err)
	}
	for name, s := range map[string]eventlog.Settings{
		"activity": {}, "activity in Berlin": {Zone: "Europe/Berlin"}, "activity with deleted ones": {Deleted: true},
	} {
		b.Run(name, func(b *testing.B) {
			g.settings = s
			for b.Loop() {
				if a, err := g.Activity(log); err != nil || a.Total == 0 {
					b.Fatal(err)
				}
			}
		})
	}
}
