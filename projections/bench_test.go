package projections

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/oklog/ulid/v2"

	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// busyServer writes a server's life: an import of 500,000 messages in pages of 100, then 50,000 that
// came live in bursts, a few to a record, and some deletes. A dozen of a channel's 200
// people talk at a time.
func busyServer(b *testing.B, log *eventlog.Log) (messages int) {
	r := rand.New(rand.NewPCG(1, 2))
	people := make([]snowflake.ID, 4000)
	for i := range people {
		people[i] = snowflake.ID(r.Uint64N(1 << 59))
	}
	next := snowflake.ID(1 << 59)
	page := func(origin eventlog.Origin, imp uint32, channel snowflake.ID, size int) eventlog.Body {
		talking := (int(channel)*70 + r.IntN(200)) % (len(people) - 12) // a channel has its regulars
		list := make([]eventlog.Message, size)
		for i := range list {
			next += snowflake.ID(r.ExpFloat64()*20_000)<<22 + 1
			list[i] = eventlog.Message{ID: next, Author: people[talking+min(r.IntN(12), r.IntN(12))]}
		}
		messages += size
		p, err := eventlog.NewPage(origin, imp, channel, list)
		if err != nil {
			b.Fatal(err)
		}
		return p
	}
	records := [][]eventlog.Body{{eventlog.ImportStarted{Import: 1, Cutoff: 1 << 61}}}
	for i := range 5000 {
		records = append(records, []eventlog.Body{page(eventlog.Import, 1, snowflake.ID(1+i%50), 100)})
	}
	for channel := range snowflake.ID(50) {
		records = append(records, []eventlog.Body{eventlog.ImportChannelFinished{Import: 1, Channel: 1 + channel, Outcome: eventlog.Completed}})
	}
	records = append(records, []eventlog.Body{eventlog.ImportFinished{Import: 1, Outcome: eventlog.Completed}})
	next = 1 << 61
	for i := range 10_000 {
		channel := snowflake.ID(1 + r.IntN(50))
		records = append(records, []eventlog.Body{page(eventlog.Live, 0, channel, 1+r.IntN(9))})
		if i%100 == 0 {
			records = append(records, []eventlog.Body{&eventlog.Deletes{Channel: channel, List: []eventlog.Delete{{ID: next, Held: eventlog.HeldStream, Author: people[0]}}}})
		}
	}
	for part := range slices.Chunk(records, 1000) {
		if _, err := log.Append(guildID, part...); err != nil {
			b.Fatal(err)
		}
	}
	return messages
}

// BenchmarkReplay folds a whole log from nothing.
func BenchmarkReplay(b *testing.B) {
	log, messages := benchLog(b)
	for b.Loop() {
		if g, err := Replay(log, guildID, ulid.ULID{}); err != nil || g.Total() == 0 {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(messages)*float64(b.N)/b.Elapsed().Seconds(), "messages/s")
}

// BenchmarkExact counts the same log by the plain rule.
func BenchmarkExact(b *testing.B) {
	log, messages := benchLog(b)
	for b.Loop() {
		if _, err := CountExactly(log, guildID, ulid.ULID{}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(messages)*float64(b.N)/b.Elapsed().Seconds(), "messages/s")
}

// BenchmarkApplyLive folds in one live message, what the gate does after each commit.
func BenchmarkApplyLive(b *testing.B) {
	g := NewGuild(guildID)
	next := snowflake.ID(1)
	for b.Loop() {
		p, err := eventlog.NewPage(eventlog.Live, 0, next%50, []eventlog.Message{{ID: next, Author: next % 4000}})
		if err != nil {
			b.Fatal(err)
		}
		g.Apply(p)
		next++
	}
}

func benchLog(b *testing.B) (*eventlog.Log, int) {
	log, err := eventlog.Open(b.TempDir(), eventlog.Options{NoSync: true})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = log.Close() })
	return log, busyServer(b, log)
}
