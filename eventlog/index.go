package eventlog

import (
	"maps"

	"github.com/oklog/ulid/v2"
	bolt "go.etcd.io/bbolt"

	"tally/eventlog/snowflake"
)

// The index finds a message by its id without an entry for each message. A guild's records are cut
// into segments; for each channel in a segment one entry tells which ids it has there, from the smallest
// to the largest. What comes after the last whole segment is the tail: it is known in memory only, and
// read again from the records after a restart.
//
// Two tails are kept of each guild. One runs ahead, with the commit in progress; the
// one that Find looks at follows when the commit is durable.
const (
	// A segment is whole with so many records, or with so many bytes in them. Each look-up reads a segment
	// or two, and the index takes about 90 bytes for each segment and channel: a live message's record has
	// 40 bytes, a page of history or a part of a joined record a thousand.
	segmentRecords = 1024
	segmentBytes   = 256 << 10
)

// keyIndexed, in a guild's index, holds the ULID of the last record that was put in a segment.
var keyIndexed = []byte{0}

// span is a range of message ids, both ends within.
type span struct {
	channel     snowflake.ID
	first, last snowflake.ID
}

func (s span) has(id snowflake.ID) bool { return s.first <= id && id <= s.last }

func (p *Page) span() span { return span{p.Channel, p.First, p.Last} }

// spansOf returns the spans of the pages among bodies.
func spansOf(bodies []Body) []span {
	var spans []span
	for _, body := range bodies {
		if p, ok := body.(*Page); ok {
			spans = append(spans, p.span())
		}
	}
	return spans
}

// tail is the segment that is still growing.
type tail struct {
	first   ulid.ULID // the key of its first record
	last    ulid.ULID
	records int
	bytes   int
	most    int // records
	spans   map[snowflake.ID]span
}

// tails are those of all guilds.
type tails map[snowflake.ID]*tail

func (ts tails) of(guild snowflake.ID, most int) *tail {
	t, ok := ts[guild]
	if !ok {
		t = &tail{most: most}
		ts[guild] = t
	}
	return t
}

// grow takes a record into the segment, whose value has size bytes. If that makes it whole, grow returns
// it and starts the next.
func (t *tail) grow(key ulid.ULID, size int, spans []span) (whole *tail) {
	t.take(key, size, spans)
	if t.records < t.most && t.bytes < segmentBytes {
		return nil
	}
	done := *t
	*t = tail{most: t.most}
	return &done
}

func (t *tail) take(key ulid.ULID, size int, spans []span) {
	if t.records == 0 {
		t.first, t.spans = key, map[snowflake.ID]span{}
	}
	t.last = key
	t.records++
	t.bytes += size
	for _, s := range spans {
		if was, ok := t.spans[s.channel]; ok {
			s.first, s.last = min(s.first, was.first), max(s.last, was.last)
		}
		t.spans[s.channel] = s
	}
}

func (t *tail) clone() *tail {
	c := *t
	c.spans = maps.Clone(t.spans)
	return &c
}

// readTail makes a guild's tail from the records that the index doesn't cover.
func readTail(tx *bolt.Tx, guild snowflake.ID, most int) *tail {
	t := &tail{most: most}
	records := tx.Bucket(bucketRecords).Bucket(guildKey(guild))
	if records == nil {
		return t
	}
	var after []byte
	if index := tx.Bucket(bucketIndex).Bucket(guildKey(guild)); index != nil {
		after = index.Get(keyIndexed)
	}
	c := records.Cursor()
	key, value := c.Seek(after)
	if key != nil && string(key) == string(after) {
		key, value = c.Next()
	}
	var rec Record
	for ; key != nil; key, value = c.Next() {
		var spans []span
		if rec.open(guild, key, value) == nil { // a damaged record holds nothing that can be found
			spans = rec.spans()
		}
		t.grow(rec.Base, len(value), spans)
	}
	return t
}

// publishTails lets Find see a batch that was committed. It comes before anyone is told so.
func (l *Log) publishTails(batch []*request) {
	l.tailsMu.Lock()
	defer l.tailsMu.Unlock()
	for _, r := range batch {
		t := l.tails.of(r.guild, l.segment)
		for _, rec := range r.records {
			t.grow(rec.key, len(rec.value), rec.spans)
		}
	}
}

// reloadTails reads the tails anew after a commit that failed: the file alone knows what it holds now.
func (l *Log) reloadTails(batch []*request) {
	l.tailsMu.Lock()
	defer l.tailsMu.Unlock()
	_ = l.db.View(func(tx *bolt.Tx) error {
		for _, r := range batch {
			l.growing[r.guild] = readTail(tx, r.guild, l.segment)
			l.tails[r.guild] = l.growing[r.guild].clone()
		}
		return nil
	})
}

// forgetTails is called when a guild was erased.
func (l *Log) forgetTails(guild snowflake.ID) {
	l.tailsMu.Lock()
	defer l.tailsMu.Unlock()
	delete(l.tails, guild)
}
