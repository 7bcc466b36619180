package eventlog

import (
	"encoding/binary"
	"math"
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
	return l.find(guild, channel, sortedIDs(slices.Sorted(slices.Values(ids))))
}

// FindBetween returns every event that holds a message of a channel with first <= id <= last, in no order.
// Its cost is the segments that reach into the range.
func (l *Log) FindBetween(guild, channel, first, last snowflake.ID) ([]Found, error) {
	return l.find(guild, channel, span{channel, first, last})
}

// wanted are the ids of one channel that are looked for.
type wanted interface {
	least() snowflake.ID
	anyIn(span) bool
	has(snowflake.ID) bool
}

type sortedIDs []snowflake.ID

func (ids sortedIDs) least() snowflake.ID {
	if len(ids) == 0 {
		return math.MaxUint64
	}
	return ids[0]
}

func (ids sortedIDs) anyIn(s span) bool {
	at, _ := slices.BinarySearch(ids, s.first)
	return at < len(ids) && s.has(ids[at])
}

func (ids sortedIDs) has(id snowflake.ID) bool {
	_, ok := slices.BinarySearch(ids, id)
	return ok
}

func (s span) least() snowflake.ID { return s.first }

func (s span) anyIn(other span) bool { return s.first <= other.last && other.first <= s.last }

func (l *Log) find(guild, channel snowflake.ID, want wanted) ([]Found, error) {
	// The tail is looked at before the transaction begins: a segment that is stored in between is then found
	// by its entries, where the other way round it would not be seen at all.
	end, ok := l.endSegment(guild, channel, want)
	return l.findIn(guild, channel, want, end, ok)
}

// findIn searches the segments of the index, and the last one if withEnd is set.
func (l *Log) findIn(guild, channel snowflake.ID, want wanted, end ulid.ULID, withEnd bool) ([]Found, error) {
	f := finder{guild: guild, channel: channel, want: want}
	err := l.db.View(func(tx *bolt.Tx) error {
		records := tx.Bucket(bucketRecords).Bucket(guildKey(guild))
		if records == nil {
			return nil
		}
		f.records, f.rec.hidden = records.Cursor(), l.Hidden(guild)
		segs := storedSegments(tx, guild, channel, want)
		if withEnd && end.Compare(indexedTo(tx, guild)) > 0 {
			segs = append(segs, segment{end, math.MaxInt})
		}
		for _, seg := range segs {
			if err := f.search(seg); err != nil {
				return err
			}
		}
		return nil
	})
	l.hasRead(f.read)
	return f.found, err
}

// endSegment returns the first record of a guild's tail, and whether it may hold something of what is
// looked for.
func (l *Log) endSegment(guild, channel snowflake.ID, want wanted) (ulid.ULID, bool) {
	l.tailsMu.Lock()
	defer l.tailsMu.Unlock()
	t, ok := l.tails[guild]
	if !ok {
		return ulid.ULID{}, false
	}
	s, ok := t.spans[channel]
	return t.first, ok && want.anyIn(s)
}

// indexedTo returns the ULID up to which records are in segments.
func indexedTo(tx *bolt.Tx, guild snowflake.ID) (last ulid.ULID) {
	if index := tx.Bucket(bucketIndex).Bucket(guildKey(guild)); index != nil {
		copy(last[:], index.Get(keyIndexed))
	}
	return last
}

// storedSegments returns those of the index that may hold something of what is looked for.
func storedSegments(tx *bolt.Tx, guild, channel snowflake.ID, want wanted) []segment {
	index := tx.Bucket(bucketIndex).Bucket(guildKey(guild))
	if index == nil {
		return nil
	}
	var segs []segment
	lengths := segmentsOf(tx, guild)
	c := index.Cursor()
	prefix := binary.BigEndian.AppendUint64(nil, uint64(channel))
	// Entries stand by their largest id: those before the smallest id that is asked for can't hold any.
	key, value := c.Seek(segmentKey(channel, want.least(), ulid.ULID{}))
	for ; len(key) == 32 && string(key[:8]) == string(prefix); key, value = c.Next() {
		s := span{channel, snowflake.ID(binary.BigEndian.Uint64(value)), snowflake.ID(binary.BigEndian.Uint64(key[8:]))}
		if want.anyIn(s) {
			segs = append(segs, segment{ulid.ULID(key[16:]), lengthOf(lengths, key[16:])})
		}
	}
	return segs
}

// finder searches segments for the messages of one channel.
type finder struct {
	guild, channel snowflake.ID
	want           wanted
	records        *bolt.Cursor
	rec            Record
	read           int // bytes
	found          []Found
}

func (f *finder) search(seg segment) error {
	key, value := f.records.Seek(seg.first[:])
	for n := 0; key != nil && n < seg.records; n++ {
		if err := f.rec.open(f.guild, key, value); err != nil {
			return err
		}
		f.read += f.rec.Size
		for p, err := range f.rec.Pages(f.wants) {
			if err != nil {
				return err
			}
			f.collect(p)
		}
		key, value = f.records.Next()
	}
	return nil
}

func (f *finder) wants(p *Page) bool { return p.Channel == f.channel && f.want.anyIn(p.span()) }

func (f *finder) collect(p *Page) {
	for i, id := range p.IDs() {
		if f.want.has(id) {
			f.found = append(f.found, Found{p.Message(i), p.Origin, p.Import})
		}
	}
}
