package eventlog

import (
	"encoding/binary"

	"github.com/oklog/ulid/v2"
	bolt "go.etcd.io/bbolt"

	"tally/eventlog/snowflake"
)

// The index finds a message by its id without an entry for each message. A guild's records are cut
// into segments of segmentRecords; for each channel in a segment one entry tells which ids it has
// there, from the smallest to the largest. What comes after the last whole segment is the tail: it is
// known in memory only, and read again from the records after a restart.
const segmentRecords = 256

// keyIndexed, in a guild's index, holds the ULID of the last record that is in a segment.
var keyIndexed = []byte{0}

// span is a range of message ids, both ends within.
type span struct {
	channel     snowflake.ID
	first, last snowflake.ID
}

func (s span) covers(id snowflake.ID) bool { return s.first <= id && id <= s.last }

// spansOf returns the spans of the pages among bodies.
func spansOf(bodies []Body) []span {
	var spans []span
	for _, body := range bodies {
		if p, ok := body.(*Page); ok {
			spans = append(spans, span{p.Channel, p.First, p.Last})
		}
	}
	return spans
}

// tail is the segment that is still growing.
type tail struct {
	first, last ulid.ULID // keys of its first and last record
	records     int
	spans       map[snowflake.ID]span
}

// add takes a record into the segment, and stores the segment when it is whole.
func (t *tail) add(tx *bolt.Tx, guild snowflake.ID, key ulid.ULID, spans []span) error {
	if t.grow(key, spans); t.records < segmentRecords {
		return nil
	}
	return t.store(tx, guild)
}

func (t *tail) grow(key ulid.ULID, spans []span) {
	if t.records == 0 {
		t.first, t.spans = key, map[snowflake.ID]span{}
	}
	t.last = key
	t.records++
	for _, s := range spans {
		if was, ok := t.spans[s.channel]; ok {
			s.first, s.last = min(s.first, was.first), max(s.last, was.last)
		}
		t.spans[s.channel] = s
	}
}

func (t *tail) store(tx *bolt.Tx, guild snowflake.ID) error {
	index, err := tx.Bucket(bucketIndex).CreateBucketIfNotExists(guildKey(guild))
	if err != nil {
		return err
	}
	for _, s := range t.spans {
		if err := index.Put(segmentKey(s.channel, s.last, t.first), segmentValue(s.first, t.last)); err != nil {
			return err
		}
	}
	if err := index.Put(keyIndexed, t.last[:]); err != nil {
		return err
	}
	*t = tail{}
	return nil
}

// tailOf returns a guild's tail, reading it from the records if it isn't in memory.
// l.tailsMu is held.
func (l *Log) tailOf(tx *bolt.Tx, guild snowflake.ID) *tail {
	if t, ok := l.tails[guild]; ok {
		return t
	}
	t := &tail{}
	if records := tx.Bucket(bucketRecords).Bucket(guildKey(guild)); records != nil {
		t.read(tx, guild, records.Cursor())
	}
	l.tails[guild] = t
	return t
}

func (t *tail) read(tx *bolt.Tx, guild snowflake.ID, c *bolt.Cursor) {
	var after []byte
	if index := tx.Bucket(bucketIndex).Bucket(guildKey(guild)); index != nil {
		after = index.Get(keyIndexed)
	}
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
		t.grow(ulid.ULID(key), spans)
	}
}

// forgetTails lets the tails of a batch that wasn't committed be read again.
func (l *Log) forgetTails(batch []*request) {
	l.tailsMu.Lock()
	defer l.tailsMu.Unlock()
	for _, r := range batch {
		delete(l.tails, r.guild)
	}
}

func segmentKey(channel, last snowflake.ID, segment ulid.ULID) []byte {
	k := binary.BigEndian.AppendUint64(nil, uint64(channel))
	k = binary.BigEndian.AppendUint64(k, uint64(last))
	return append(k, segment[:]...)
}

func segmentValue(first snowflake.ID, lastRecord ulid.ULID) []byte {
	return append(binary.BigEndian.AppendUint64(nil, uint64(first)), lastRecord[:]...)
}
