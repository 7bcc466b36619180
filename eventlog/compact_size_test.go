package eventlog

import (
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"tally/eventlog/snowflake"
)

// traffic is what people of a busy server send: times as of 200 messages a second, authors and channels by
// Zipf's law, one message in a hundred deleted soon after, one in fifty told a little late.
type traffic struct {
	r        *rand.Rand
	ms       int64
	channels []snowflake.ID
	people   []snowflake.ID
	where    *rand.Zipf
	who      *rand.Zipf
	late     []Body
}

func newTraffic(seed uint64, channels, people int) *traffic {
	r := rand.New(rand.NewPCG(seed, 1))
	t := &traffic{r: r, ms: 1_780_000_000_000, where: rand.NewZipf(r, 1.2, 4, uint64(channels-1)), who: rand.NewZipf(r, 1.1, 20, uint64(people-1))}
	born := func() snowflake.ID {
		return snowflake.AtMs(t.ms-r.Int64N(1<<37)) + snowflake.ID(r.Uint32N(1<<22))
	}
	for range channels {
		t.channels = append(t.channels, born())
	}
	for range people {
		t.people = append(t.people, born())
	}
	return t
}

// next returns what is written together: one message, for the worst case is that none wait for the same commit.
func (t *traffic) next(tb rapid.TB) Body {
	if len(t.late) > 0 && t.r.IntN(20) == 0 {
		body := t.late[0]
		t.late = t.late[1:]
		return body
	}
	t.ms += int64(t.r.ExpFloat64() * 5)
	m := Message{ID: snowflake.AtMs(t.ms) + snowflake.ID(t.r.Uint32N(1<<22)), Author: t.people[t.who.Uint64()]}
	if t.r.IntN(8) == 0 {
		m.Type = 19
	}
	channel := t.channels[t.where.Uint64()]
	switch body := newPage(tb, Live, 0, channel, m); t.r.IntN(100) {
	case 0:
		t.late = append(t.late, &Deletes{Channel: channel, List: []Delete{{m.ID, HeldStream, m.Author, m.Type, 0}}})
		return body
	case 1, 2:
		t.late = append(t.late, body)
		return t.next(tb)
	default:
		return body
	}
}

// TestSizeOfLiveTraffic holds live traffic to its size, as written and compacted.
func TestSizeOfLiveTraffic(t *testing.T) {
	for _, c := range []struct {
		name             string
		channels, people int
	}{{"40 channels", 40, 3000}, {"15 channels", 15, 500}} {
		t.Run(c.name, func(t *testing.T) {
			people := newTraffic(1, c.channels, c.people)
			clock := func() int64 { return people.ms }
			l := openBench(t, Options{NoSync: true, Clock: msClock(clock)})
			for range 100 * segmentRecords / 16 {
				var records [][]Body
				for range 16 {
					records = append(records, []Body{people.next(t)})
				}
				if _, err := l.Append(1, records...); err != nil {
					t.Fatal(err)
				}
			}
			written := perMessage(t, l)
			compact(t, l, 1, 0)
			compacted := perMessage(t, l)
			t.Logf("%.2f bytes a message as written, %.2f compacted", written, compacted)
			if written > 80 || compacted > 16 {
				t.Errorf("want at most 80 and 16")
			}
		})
	}
}

// perMessage returns the bytes in the file's used pages for each message.
func perMessage(tb testing.TB, l *Log) float64 {
	tb.Helper()
	s, err := l.Stats()
	if err != nil {
		tb.Fatal(err)
	}
	messages := 0
	for _, g := range s.Guilds {
		messages += g.Kinds[KindMessage]
	}
	return float64(s.Bytes) / float64(messages)
}
