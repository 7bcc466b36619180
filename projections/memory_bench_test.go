package projections

import (
	"math/rand/v2"
	"runtime"
	"testing"

	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// heapOf returns the bytes of heap that what make returns holds on to.
func heapOf[T any](make func() T) float64 {
	measure := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.GC() // what the first one found to be free is swept by now
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := measure()
	v := make()
	after := measure()
	runtime.KeepAlive(v)
	return float64(after) - float64(before)
}

// wrote folds in one message of each of so many people, in channels 1, 2, … that have perChannel writers
// each. The people's numbers rise on from channel to channel and begin again when all have written.
func wrote(b *testing.B, people, channels, perChannel int) *Guild {
	g := NewGuild(guildID)
	next, who := snowflake.ID(1), 0
	for channel := range channels {
		for left := perChannel; left > 0; left -= min(left, eventlog.MaxPage) {
			page := make([]eventlog.Message, min(left, eventlog.MaxPage))
			for i := range page {
				page[i] = eventlog.Message{ID: next, Author: snowflake.ID(1+who%people) << 22}
				next, who = next+1, who+1
			}
			p, err := eventlog.NewPage(eventlog.Live, 0, snowflake.ID(1+channel)<<22, page)
			if err != nil {
				b.Fatal(err)
			}
			g.Apply(p)
		}
	}
	return g
}

// BenchmarkMemory reports the bytes of heap that a guild's count takes for each thing in it: a cell is one
// person in one channel; a channel's and a user's figures are without their cells.
func BenchmarkMemory(b *testing.B) {
	const users, channels, guilds, deletes = 200_000, 50_000, 1000, 1_000_000
	for b.Loop() {
		one := heapOf(func() *Guild { return wrote(b, users, 1, users) })
		many := heapOf(func() *Guild { return wrote(b, users, 20, users) })
		cell := (many - one) / (19 * users)
		quiet := heapOf(func() *Guild { return wrote(b, 1, channels, 1) })
		busy := heapOf(func() *Guild { return wrote(b, 100, channels, 8) })
		b.ReportMetric(cell, "bytes/cell")
		b.ReportMetric(one/users-cell, "bytes/user")
		b.ReportMetric(quiet/channels, "bytes/quiet-channel")
		b.ReportMetric(busy/channels, "bytes/channel-of-8")
		b.ReportMetric(heapOf(func() []*Guild {
			all := make([]*Guild, guilds)
			for i := range all {
				all[i] = NewGuild(snowflake.ID(i))
			}
			return all
		})/guilds, "bytes/guild")
		b.ReportMetric(heapOf(func() *Guild { return manyDeletes(deletes) })/deletes, "bytes/deleted")
	}
	b.ReportMetric(0, "ns/op")
}

// TestDeletesAreSmall holds the heap that a million deletes take in a guild's count to 8 MB.
func TestDeletesAreSmall(t *testing.T) {
	const most = 8 << 20
	if got := heapOf(func() *Guild { return manyDeletes(1_000_000) }); got > most {
		t.Errorf("%.1f MB of heap for a million deletes, at most 8 are allowed", got/(1<<20))
	}
}

// manyDeletes folds deletes in, of messages an hour apart in the mean.
func manyDeletes(n int) *Guild {
	g, r := NewGuild(guildID), rand.New(rand.NewPCG(1, 2))
	id := snowflake.ID(1)
	for range n {
		id += snowflake.ID(r.ExpFloat64()*3.6e6)<<22 + 1
		g.Apply(&eventlog.Deletes{Channel: 1, List: []eventlog.Delete{{ID: id, Held: eventlog.HeldStream, Author: 1, Marks: eventlog.Bot}}})
	}
	return g
}
