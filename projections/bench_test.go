package projections

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/oklog/ulid/v2"

	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// busyServer writes a server's life: an import in pages of 100, then a hundredth as much that came live in
// bursts, a few to a record, and some deletes. A dozen of a channel's 200 people talk at a time.
type busyServer struct {
	testing.TB
	*rand.Rand
	log    *eventlog.Log
	guild  snowflake.ID
	people []snowflake.ID
	next   snowflake.ID
}

func newBusyServer(tb testing.TB, log *eventlog.Log, guild snowflake.ID) *busyServer {
	s := &busyServer{tb, rand.New(rand.NewPCG(1, 2)), log, guild, make([]snowflake.ID, 4000), 1 << 59}
	for i := range s.people {
		s.people[i] = snowflake.ID(s.Uint64N(1 << 59))
	}
	return s
}

func (s *busyServer) page(origin eventlog.Origin, imp uint32, channel snowflake.ID, size int) eventlog.Body {
	talking := (int(channel)*70 + s.IntN(200)) % (len(s.people) - 12) // a channel has its regulars
	list := make([]eventlog.Message, size)
	for i := range list {
		s.next += snowflake.ID(s.ExpFloat64()*200)<<22 + 1
		list[i] = eventlog.Message{ID: s.next, Author: s.people[talking+min(s.IntN(12), s.IntN(12))]}
	}
	p, err := eventlog.NewPage(origin, imp, channel, list)
	if err != nil {
		s.Fatal(err)
	}
	return p
}

func (s *busyServer) append(records [][]eventlog.Body) {
	for part := range slices.Chunk(records, 1000) {
		if _, err := s.log.Append(s.guild, part...); err != nil {
			s.Fatal(err)
		}
	}
}

// live writes messages that came live, and deletes.
func (s *busyServer) live(messages int) {
	var records [][]eventlog.Body
	for i := 0; messages > 0; i++ {
		size, channel := min(1+s.IntN(9), messages), snowflake.ID(1+s.IntN(50))
		messages -= size
		records = append(records, []eventlog.Body{s.page(eventlog.Live, 0, channel, size)})
		if i%100 == 0 {
			records = append(records, []eventlog.Body{&eventlog.Deletes{Channel: channel, List: []eventlog.Delete{{ID: s.next, Held: eventlog.HeldStream, Author: s.people[0]}}}})
		}
	}
	s.append(records)
}

// history writes an import of pages of 100 messages.
func (s *busyServer) history(messages int) {
	cutoff := snowflake.ID(1 << 62)
	s.append([][]eventlog.Body{{eventlog.ImportStarted{Import: 1, Cutoff: cutoff}}})
	var records [][]eventlog.Body
	for i := range messages / 100 {
		records = append(records, []eventlog.Body{s.page(eventlog.Import, 1, snowflake.ID(1+i%50), 100)})
		if len(records) == 1000 {
			s.append(records)
			records = records[:0]
		}
	}
	for channel := range snowflake.ID(50) {
		records = append(records, []eventlog.Body{eventlog.ImportChannelFinished{Import: 1, Channel: 1 + channel, Outcome: eventlog.Completed}})
	}
	s.append(append(records, []eventlog.Body{eventlog.ImportFinished{Import: 1, Outcome: eventlog.Completed}}))
	s.next = max(s.next, cutoff)
}

func emptyLog(b *testing.B) *eventlog.Log {
	log, err := eventlog.Open(b.TempDir(), eventlog.Options{NoSync: true})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = log.Close() })
	return log
}

// benchLog makes a log of about so many messages of guildID.
func benchLog(b *testing.B, messages int) *eventlog.Log {
	log := emptyLog(b)
	s := newBusyServer(b, log, guildID)
	s.history(messages - messages/100)
	s.live(messages / 100)
	return log
}

func perSecond(b *testing.B, messages int) {
	b.ReportMetric(float64(messages)*float64(b.N)/b.Elapsed().Seconds(), "messages/s")
}

func recount(b *testing.B, log *eventlog.Log) {
	if g, err := Replay(log, guildID, ulid.ULID{}); err != nil || g.Total() == 0 {
		b.Fatal(err)
	}
}

// BenchmarkReplay folds a whole log from nothing.
func BenchmarkReplay(b *testing.B) {
	const messages = 10_000_000
	log := benchLog(b, messages)
	for b.Loop() {
		recount(b, log)
	}
	perSecond(b, messages)
}

// BenchmarkReplayAmongMany folds a guild of 500,000 messages, alone in its log and among 1,000 guilds whose
// records were appended in between its own.
func BenchmarkReplayAmongMany(b *testing.B) {
	const messages, each = 500_000, 2_000
	for _, guilds := range []snowflake.ID{1, 1000} {
		b.Run(fmt.Sprint(guilds), func(b *testing.B) {
			log := emptyLog(b)
			s := newBusyServer(b, log, guildID)
			for other := range guilds - 1 {
				s.live(messages / int(guilds))
				newBusyServer(b, log, guildID+1+other).live(each)
			}
			s.live(messages / int(guilds))
			for b.Loop() {
				recount(b, log)
			}
			perSecond(b, messages)
		})
	}
}

// BenchmarkBoard counts the newest hundredth of a log anew, as the leaderboard of a period does.
func BenchmarkBoard(b *testing.B) {
	const messages = 10_000_000
	log := benchLog(b, messages)
	g, err := Load(log, guildID)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if board, err := g.Board(log, Window{From: 1 << 62, To: noEnd}); err != nil || board.Total == 0 {
			b.Fatal(err)
		}
	}
}

// BenchmarkPlace looks at each of 200,000 users twice, as an answer does.
func BenchmarkPlace(b *testing.B) {
	g := wrote(b, 200_000, 1, 200_000)
	for b.Loop() {
		g.Top(10)
		g.Place(1 << 22)
	}
}

// BenchmarkExact counts by the plain rule.
func BenchmarkExact(b *testing.B) {
	const messages = 500_000
	log := benchLog(b, messages)
	for b.Loop() {
		if _, err := CountExactly(log, guildID, ulid.ULID{}); err != nil {
			b.Fatal(err)
		}
	}
	perSecond(b, messages)
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
