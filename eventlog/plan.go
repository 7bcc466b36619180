package eventlog

import (
	"bytes"
	"slices"
	"time"

	"github.com/oklog/ulid/v2"
	bolt "go.etcd.io/bbolt"

	"tally/eventlog/snowflake"
)

// plan is a step of compaction: the segments of old records are replaced by segments of those made of them. A step
// takes as many as make a whole one, and two at the least: the one that the last step has left unfilled, and another.
type plan struct {
	guild  snowflake.ID
	newest snowflake.ID // message id of the guild
	old    []storedRecord
	made   []storedRecord
	segs   []*tail   // of the old records
	most   int       // records of a segment
	next   ulid.ULID // the record after them
	skips  bool      // the segments before next are left as they are
	more   bool
}

// read finds what the step has to do.
func (p *plan) read(tx *bolt.Tx, age time.Duration) error {
	records := tx.Bucket(bucketRecords).Bucket(guildKey(p.guild))
	index := tx.Bucket(bucketIndex).Bucket(guildKey(p.guild))
	if records == nil || index == nil {
		return nil
	}
	lengths := segmentsOf(tx, p.guild)
	newest := max(p.newest, newestInIndex(index))
	before := snowflake.At(newest.Time().Add(-age))
	c := records.Cursor()
	var start []byte
	if lengths != nil {
		start = lengths.Get(keyCompacted)
	}
	key, value := c.Seek(start)
	size := 0
	for key != nil && bytes.Compare(key, index.Get(keyIndexed)) <= 0 {
		if p.more = len(p.segs) > 1 && (len(p.old) >= p.most || size >= segmentBytes); p.more {
			return nil
		}
		first := ulid.ULID(key)
		seg, old, ok := p.segment(c, key, value, lengthOf(lengths, key))
		if key, value = c.Next(); key == nil || seg.newest() >= before {
			return nil // positions go on behind the last record: it stays as it is
		}
		if !ok || !seg.indexed(index, first) {
			if p.skips, p.more = true, true; len(p.segs) == 0 {
				p.next = ulid.ULID(key)
			}
			return nil
		}
		p.segs, p.old, p.next = append(p.segs, seg), append(p.old, old...), ulid.ULID(key)
		size += seg.bytes
	}
	return nil
}

// segment reads a segment of n records, of which the cursor stands at the first. It is not ok if one of them can't be
// read.
func (p *plan) segment(c *bolt.Cursor, key, value []byte, n int) (seg *tail, old []storedRecord, ok bool) {
	ok, seg = true, &tail{}
	for i := 0; ; i++ {
		var rec Record
		ok = rec.open(p.guild, key, value) == nil && ok
		r := storedRecord{rec.Base, bytes.Clone(value), rec.spans()}
		seg.take(r.key, len(value), r.spans)
		if old = append(old, r); i == n-1 {
			return seg, old, ok
		}
		if key, value = c.Next(); key == nil {
			return seg, old, false
		}
	}
}

func (t *tail) newest() (id snowflake.ID) {
	for _, s := range t.spans {
		id = max(id, s.last)
	}
	return id
}

// indexed reports whether the index has all entries of a segment as its records now tell.
func (t *tail) indexed(index *bolt.Bucket, first ulid.ULID) bool {
	for _, s := range t.spans {
		if string(index.Get(segmentKey(s.channel, s.last, first))) != string(segmentValue(s.first)) {
			return false
		}
	}
	return true
}

// newestInIndex returns the largest message id of all channels.
func newestInIndex(index *bolt.Bucket) (newest snowflake.ID) {
	c := index.Cursor()
	for key, _ := c.Last(); len(key) == 32; key, _ = c.Prev() {
		newest = max(newest, snowflake.ID(guildOf(key[8:16])))
		c.Seek(key[:8]) // the channel's first entry: the one before it is another channel's last
	}
	return newest
}

// changes reports whether there is anything to write.
func (p *plan) changes() bool {
	return p.skips || len(p.segs) > 1 || !slices.EqualFunc(p.old, p.made, storedRecord.same)
}

func (r storedRecord) same(o storedRecord) bool {
	return r.key == o.key && string(r.value) == string(o.value)
}

// apply writes the step.
func (p *plan) apply(tx *bolt.Tx) error {
	if err := p.replace(tx.Bucket(bucketRecords).Bucket(guildKey(p.guild))); err != nil {
		return err
	}
	for _, seg := range p.segs {
		if err := seg.remove(tx, p.guild); err != nil {
			return err
		}
	}
	t, goOn := &tail{most: p.most}, p.next
	for _, r := range p.made {
		if whole := t.grow(r.key, len(r.value), r.spans); whole != nil {
			if err := whole.enter(tx, p.guild); err != nil {
				return err
			}
		}
	}
	if t.records > 0 {
		if !p.skips {
			goOn = t.first // the next step goes on filling it
		}
		if err := t.enter(tx, p.guild); err != nil {
			return err
		}
	}
	segments, err := makeSegments(tx, p.guild)
	if err != nil {
		return err
	}
	return segments.Put(keyCompacted, goOn[:])
}

func (p *plan) replace(records *bolt.Bucket) error {
	records.FillPercent = 1
	gone, come := p.difference()
	for _, r := range gone {
		if err := records.Delete(r.key[:]); err != nil {
			return err
		}
	}
	for _, r := range come {
		if err := records.Put(r.key[:], r.value); err != nil {
			return err
		}
	}
	return nil
}

// difference returns the old records that are not among those made, and the other way round.
func (p *plan) difference() (gone, come []storedRecord) {
	kept := map[ulid.ULID]bool{}
	at := map[ulid.ULID]storedRecord{}
	for _, r := range p.old {
		at[r.key] = r
	}
	for _, r := range p.made {
		if was, ok := at[r.key]; ok && was.same(r) {
			kept[r.key] = true
		} else {
			come = append(come, r)
		}
	}
	return slices.DeleteFunc(slices.Clone(p.old), func(r storedRecord) bool { return kept[r.key] }), come
}

// done sums the step up.
func (p *plan) done() Compacted {
	gone, come := p.difference()
	c := Compacted{Records: len(gone), Joined: len(come), More: p.more}
	for _, r := range gone {
		c.Before += int64(r.size())
	}
	for _, r := range come {
		c.After += int64(r.size())
	}
	return c
}
