package eventlog

import (
	"bufio"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"
	"pgregory.net/rapid"

	"tally/eventlog/snowflake"
)

// serverA is a real server's shape: see its README.
const serverA = "../../shared/data/server-a/messages.csv.gz"

// historyPages reads a server's messages as an import does: each channel from its newest message to its
// oldest, 100 at a time, the channels side by side.
func historyPages(tb testing.TB) (pages []*Page, messages int) {
	f, err := os.Open(serverA)
	if errors.Is(err, fs.ErrNotExist) {
		tb.Skip("no " + serverA)
	}
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	z, err := gzip.NewReader(f)
	if err != nil {
		tb.Fatal(err)
	}
	channels := map[snowflake.ID][]Message{}
	lines := bufio.NewScanner(z)
	for lines.Scan(); lines.Scan(); messages++ {
		var row [3]snowflake.ID
		for i, field := range strings.Split(lines.Text(), ",") {
			if row[i], err = snowflake.Parse(field); err != nil {
				tb.Fatal(err)
			}
		}
		channels[row[1]] = append(channels[row[1]], Message{ID: row[0], Author: row[2]})
	}
	for len(channels) > 0 {
		for _, channel := range slices.Sorted(maps.Keys(channels)) {
			left := channels[channel]
			cut := max(len(left)-100, 0)
			pages = append(pages, newPage(tb, Import, 1, channel, left[cut:]...))
			if channels[channel] = left[:cut]; cut == 0 {
				delete(channels, channel)
			}
		}
	}
	return pages, messages
}

func newPage(tb rapid.TB, origin Origin, imp uint32, channel snowflake.ID, messages ...Message) *Page {
	tb.Helper()
	p, err := NewPage(origin, imp, channel, messages)
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

// burst makes pages as a busy server gives them: seconds between messages, hours between talks, a
// dozen people in each.
func burst(tb testing.TB, pages, size int) []*Page {
	r := rand.New(rand.NewPCG(1, 2))
	people := make([]snowflake.ID, 4000)
	for i := range people {
		people[i] = snowflake.AtMs(snowflake.Epoch+r.Int64N(1<<38)) + snowflake.ID(r.Uint32N(1<<22))
	}
	ms := int64(snowflake.Epoch + 1<<37)
	list := make([]*Page, pages)
	for i := range list {
		talking := r.IntN(len(people) - 12)
		messages := make([]Message, size)
		for j := range messages {
			if ms += int64(r.ExpFloat64() * 20_000); r.IntN(40) == 0 {
				ms += int64(r.ExpFloat64() * 1e7)
			}
			id := snowflake.AtMs(ms+int64(j)) + snowflake.ID(r.Uint32N(1<<22))
			messages[j] = Message{ID: id, Author: people[talking+min(r.IntN(12), r.IntN(12))]}
		}
		list[i] = newPage(tb, Import, 1, snowflake.ID(7+i%50), messages...)
	}
	return list
}

func openBench(tb testing.TB, o Options) *Log {
	tb.Helper()
	l, err := Open(tb.TempDir(), o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = l.Close() })
	return l
}

func perSecond(b *testing.B, messages int) {
	b.ReportMetric(float64(messages)/b.Elapsed().Seconds(), "messages/s")
}

// BenchmarkAppendPages appends 250 pages of 100 messages in each call, durably.
func BenchmarkAppendPages(b *testing.B) {
	l := openBench(b, Options{})
	pages := burst(b, 250, 100)
	var records [][]Body
	for _, p := range pages {
		records = append(records, []Body{p})
	}
	for b.Loop() {
		if _, err := l.Append(1, records...); err != nil {
			b.Fatal(err)
		}
	}
	perSecond(b, b.N*250*100)
}

// BenchmarkNewPage makes a page of 100 messages, newest first as Discord gives them.
func BenchmarkNewPage(b *testing.B) {
	p := burst(b, 1, 100)[0]
	var messages []Message
	for i := range p.Len() {
		messages = append(messages, p.Message(p.Len()-1-i))
	}
	for b.Loop() {
		_ = newPage(b, Import, 1, 7, messages...)
	}
	perSecond(b, b.N*100)
}

// BenchmarkAppendLive1 appends one message a call, each durable before the next, and says how many bare commits the median
// takes: the least that it could take is one. Disks vary, so each append is followed by such a commit.
func BenchmarkAppendLive1(b *testing.B) {
	l, bare := openBench(b, Options{}), openBare(b)
	pages := burst(b, 1000, 1)
	var took, least []time.Duration
	for i := 0; b.Loop(); i++ {
		begin := time.Now()
		if _, err := l.Append(1, []Body{pages[i%len(pages)]}); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(begin))
		begin = time.Now()
		bare.commit(b)
		least = append(least, time.Since(begin))
	}
	slices.Sort(took)
	slices.Sort(least)
	half := len(took) / 2
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(took[half].Nanoseconds())/1000, "µs/message")
	b.ReportMetric(float64(took[half])/float64(least[half]), "bare-commits")
}

// BenchmarkAppendLive64 is 64 callers that append at the same time.
func BenchmarkAppendLive64(b *testing.B) {
	const callers = 64
	l := openBench(b, Options{})
	pages := burst(b, 1000, 1)
	b.ResetTimer()
	var all sync.WaitGroup
	for c := range callers {
		all.Go(func() {
			for i := c; i < b.N; i += callers {
				if _, err := l.Append(1, []Body{pages[i%len(pages)]}); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	perSecond(b, b.N)
}

// bare is bbolt without a log on it.
type bare struct {
	db    *bolt.DB
	value []byte
	n     uint64
}

func openBare(b *testing.B) *bare {
	value, _, err := encodeRecord([]Body{burst(b, 1, 1)[0]})
	if err != nil {
		b.Fatal(err)
	}
	path := filepath.Join(b.TempDir(), "bare")
	if err := initialize(path); err != nil {
		b.Fatal(err)
	}
	db, err := bolt.Open(path, 0o600, &bolt.Options{FreelistType: bolt.FreelistMapType})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	return &bare{db: db, value: value}
}

// commit puts a value of a record's size at the end of a bucket as deep as a guild's, durably.
func (c *bare) commit(b *testing.B) {
	err := c.db.Update(func(tx *bolt.Tx) error {
		bucket, err := tx.Bucket(bucketRecords).CreateBucketIfNotExists(guildKey(1))
		if err != nil {
			return err
		}
		bucket.FillPercent = 1
		c.n++
		return bucket.Put(binary.BigEndian.AppendUint64(make([]byte, 8), c.n), c.value)
	})
	if err != nil {
		b.Fatal(err)
	}
}

// BenchmarkBareCommit is such commits one after the other.
func BenchmarkBareCommit(b *testing.B) {
	c := openBare(b)
	for b.Loop() {
		c.commit(b)
	}
	perSecond(b, b.N)
}

// BenchmarkFind looks a message up among 600,000 in 50 channels.
func BenchmarkFind(b *testing.B) {
	l := openBench(b, Options{NoSync: true})
	pages := burst(b, 6000, 100)
	for chunk := range slices.Chunk(pages, 500) {
		var records [][]Body
		for _, p := range chunk {
			records = append(records, []Body{p})
		}
		if _, err := l.Append(1, records...); err != nil {
			b.Fatal(err)
		}
	}
	i := 0
	for b.Loop() {
		p := pages[i*7919%len(pages)]
		i++
		if found, err := l.Find(1, p.Channel, p.IDs()[i%p.Len()]); err != nil || len(found) != 1 {
			b.Fatalf("found %d, %v", len(found), err)
		}
	}
}

// TestSizeOfARealServer holds the file to its size, however the pages of its history are committed.
func TestSizeOfARealServer(t *testing.T) {
	pages, messages := historyPages(t)
	for name, perCall := range map[string]int{"a page a commit": 1, "100 pages a commit": 100} {
		t.Run(name, func(t *testing.T) {
			l := openBench(t, Options{NoSync: true})
			for chunk := range slices.Chunk(pages, perCall) {
				var records [][]Body
				for _, p := range chunk {
					records = append(records, []Body{p})
				}
				if _, err := l.Append(1, records...); err != nil {
					t.Fatal(err)
				}
			}
			used, err := l.UsedBytes()
			if err != nil {
				t.Fatal(err)
			}
			size := float64(used) / float64(messages)
			t.Logf("%.2f bytes a message (%d messages, %d pages)", size, messages, len(pages))
			if size > 10 {
				t.Errorf("%.2f bytes a message, want at most 10", size)
			}
		})
	}
}
