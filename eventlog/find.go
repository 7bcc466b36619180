package eventlog

import (
	"encoding/binary"
	"slices"

	"github.com/oklog/ulid/v2"
	bolt "go.etcd.io/bbolt"

	"tally/eventlog/snowflake"
)

// Found is a message in one of the places where the log holds it.
type Found struct {
	Message
	Origin Origin
	Import uint32
}

// Find looks messages of one channel up by their ids, in any order, and returns every event that
// holds one of them. Its cost is the segments whose ids reach around one of those asked for: usually
// one for each side that holds it, never the whole log.
func (l *Log) Find(guild, channel snowflake.ID, ids ...snowflake.ID) ([]Found, error) {
	ids = slices.Sorted(slices.Values(ids))
	var found []Found
	err := l.db.View(func(tx *bolt.Tx) error {
		records := tx.Bucket(bucketRecords).Bucket(guildKey(guild))
		if records == nil {
			return nil
		}
		f := finder{guild: guild, channel: channel, ids: ids, records: records.Cursor()}
		for _, seg := range l.segments(tx, guild, channel, ids) {
			if err := f.search(seg); err != nil {
				return err
			}
		}
		found = f.found
		return nil
	})
	return found, err
}

// segment is a run of records, by their keys, both ends within.
type segment struct{ first, last ulid.ULID }

// segments returns those that may hold one of the ids, which are sorted.
func (l *Log) segments(tx *bolt.Tx, guild, channel snowflake.ID, ids []snowflake.ID) []segment {
	var segs []segment
	if index := tx.Bucket(bucketIndex).Bucket(guildKey(guild)); index != nil && len(ids) > 0 {
		c := index.Cursor()
		prefix := binary.BigEndian.AppendUint64(nil, uint64(channel))
		// Entries stand by their largest id: those before the smallest id asked for can't hold any.
		key, value := c.Seek(segmentKey(channel, ids[0], ulid.ULID{}))
		for ; len(key) == 32 && string(key[:8]) == string(prefix); key, value = c.Next() {
			s := span{channel, snowflake.ID(binary.BigEndian.Uint64(value)), snowflake.ID(binary.BigEndian.Uint64(key[8:]))}
			if s.coversAny(ids) {
				segs = append(segs, segment{ulid.ULID(key[16:]), ulid.ULID(value[8:])})
			}
		}
	}
	l.tailsMu.Lock()
	defer l.tailsMu.Unlock()
	if t := l.tailOf(tx, guild); t.records > 0 && t.spans[channel].coversAny(ids) {
		segs = append(segs, segment{t.first, t.last})
	}
	return segs
}

func (s span) coversAny(sorted []snowflake.ID) bool {
	at, _ := slices.BinarySearch(sorted, s.first)
	return at < len(sorted) && s.covers(sorted[at])
}

// finder searches segments for the messages of one channel.
type finder struct {
	guild, channel snowflake.ID
	ids            []snowflake.ID
	records        *bolt.Cursor
	rec            Record
	found          []Found
}

func (f *finder) search(seg segment) error {
	for key, value := f.records.Seek(seg.first[:]); key != nil && ulid.ULID(key).Compare(seg.last) <= 0; key, value = f.records.Next() {
		if err := f.rec.open(f.guild, key, value); err != nil {
			return err
		}
		for p, err := range f.rec.pages() {
			if err != nil {
				return err
			}
			if p.Channel == f.channel && (span{p.Channel, p.First, p.Last}).coversAny(f.ids) {
				f.collect(p)
			}
		}
	}
	return nil
}

func (f *finder) collect(p *Page) {
	for i, id := range p.IDs() {
		if _, ok := slices.BinarySearch(f.ids, id); ok {
			f.found = append(f.found, Found{p.Message(i), p.Origin, p.Import})
		}
	}
}
