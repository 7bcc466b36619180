package projections

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"

	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// BenchmarkReplayLive recounts 200,000 messages that came live one by one, as they were written and compacted.
func BenchmarkReplayLive(b *testing.B) {
	log, err := eventlog.Open(b.TempDir(), eventlog.Options{NoSync: true})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = log.Close() }()
	const messages = 200_000
	r := rand.New(rand.NewPCG(1, 2))
	for n := snowflake.ID(0); n < messages; {
		var records [][]eventlog.Body
		for range 1000 {
			n++
			p, err := eventlog.NewPage(eventlog.Live, 0, 1+snowflake.ID(r.Int64N(40)), []eventlog.Message{{ID: n<<24 | snowflake.ID(r.Int64N(1<<22)), Author: 1<<59 | snowflake.ID(r.Int64N(3000))<<22}})
			if err != nil {
				b.Fatal(err)
			}
			records = append(records, []eventlog.Body{p})
		}
		if _, err := log.Append(guildID, records...); err != nil {
			b.Fatal(err)
		}
	}
	recount := func(b *testing.B) {
		for b.Loop() {
			if g, err := Replay(log, guildID, ulid.ULID{}); err != nil || g.Total() != messages {
				b.Fatal(g.Total(), err)
			}
		}
		b.ReportMetric(float64(messages*b.N)/b.Elapsed().Seconds(), "messages/s")
	}
	b.Run("as written", recount)
	for step := (eventlog.Compacted{More: true}); step.More; {
		if step, err = log.CompactStep(guildID, -time.Hour); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("compacted", recount)
}
