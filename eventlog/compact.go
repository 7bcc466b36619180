package eventlog

import (
	"fmt"
	"time"

	"github.com/oklog/ulid/v2"
	bolt "go.etcd.io/bbolt"

	"tally/eventlog/snowflake"
)

// CompactAge is how old live messages are when compaction joins their records.
const CompactAge = 24 * time.Hour

// Compacted is what a step of compaction did.
type Compacted struct {
	Records int   // stored records that are gone
	Joined  int   // records that took their place
	Before  int64 // bytes of those that are gone, keys included
	After   int64 // and of those that took their place
	More    bool  // there is more to do
}

// Add sums steps up.
func (c *Compacted) Add(step Compacted) {
	c.Records += step.Records
	c.Joined += step.Joined
	c.Before += step.Before
	c.After += step.After
	c.More = step.More
}

// CompactStep joins small records of a guild's live messages into larger ones, those that are older than age in
// Discord's clock, which the newest message of the log tells. All events, their ULIDs and their order stay:
// the step makes sure that what it writes comes apart again into the very bytes that it removes. It does so
// much work that nothing appended meanwhile waits for more than a few milliseconds, all in one transaction.
// Call it until More is false. Steps of several callers wait for each other.
func (l *Log) CompactStep(guild snowflake.ID, age time.Duration) (Compacted, error) {
	l.compacting.Lock()
	defer l.compacting.Unlock()
	p := plan{guild: guild, newest: l.newestInTail(guild), most: l.segment}
	err := l.db.View(func(tx *bolt.Tx) error { return p.read(tx, age) })
	l.hasRead(0)
	if err == nil {
		err = p.join()
	}
	if err == nil && p.changes() {
		err = l.db.Update(p.apply)
	}
	if err != nil {
		return Compacted{}, fmt.Errorf("compact the log: %w", err)
	}
	return p.done(), nil
}

func (l *Log) newestInTail(guild snowflake.ID) (newest snowflake.ID) {
	l.tailsMu.Lock()
	defer l.tailsMu.Unlock()
	if t, ok := l.tails[guild]; ok {
		for _, s := range t.spans {
			newest = max(newest, s.last)
		}
	}
	return newest
}

// storedRecord is a record with its place, in memory.
type storedRecord struct {
	key   ulid.ULID
	value []byte
	spans []span
}

func (r storedRecord) size() int { return len(r.key) + len(r.value) }

// join makes of the plan's records those that take their place.
func (p *plan) join() error {
	var row row
	for _, stored := range p.old {
		var rec Record
		if err := rec.open(p.guild, stored.key[:], stored.value); err != nil {
			return err
		}
		if rec.seams != nil && rec.Len() > joinedEvents*3/4 { // there is no room for more worth the work
			p.end(&row)
			p.made = append(p.made, stored)
			continue
		}
		for part, err := range rec.parts() {
			if err != nil {
				return err
			}
			one := stored
			if rec.seams != nil {
				one = separate(part)
			}
			bodies, err := copyBodies(part)
			if err != nil {
				return err
			}
			if row.add(part, bodies) {
				row.single = append(row.single, one)
				continue
			}
			p.end(&row)
			if row.add(part, bodies) {
				row.single = append(row.single, one)
			} else {
				p.made = append(p.made, one)
			}
		}
	}
	p.end(&row)
	return nil
}

// row is a row of parts that can be joined.
type row struct {
	joiner
	single []storedRecord // the parts, each stored by itself
}

// end takes a row over into the plan: joined, if that is smaller, and if it comes apart again into the same bytes.
func (p *plan) end(r *row) {
	made := r.single
	if len(made) > 1 {
		if joined, ok := r.join(p.guild); ok && joined.size() < r.size {
			made = []storedRecord{joined}
		}
	}
	p.made = append(p.made, made...)
	*r = row{}
}

func (r *row) join(guild snowflake.ID) (joined storedRecord, ok bool) {
	value, spans, err := r.encode(guild)
	joined = storedRecord{r.base, value, spans}
	var rec Record
	if err != nil || rec.open(guild, joined.key[:], value) != nil {
		return joined, false
	}
	left := r.single
	for part, err := range rec.parts() {
		if err != nil || len(left) == 0 || part.Base != left[0].key || string(part.blocks) != string(left[0].value[headerSize:]) {
			return joined, false
		}
		left = left[1:]
	}
	return joined, len(left) == 0
}

// separate makes a part of a joined record a stored record of its own again.
func separate(part *Record) storedRecord {
	value := append(make([]byte, headerSize, headerSize+len(part.blocks)), part.blocks...)
	value[0] = Version
	seal(value, part.Guild, part.Base)
	return storedRecord{part.Base, value, part.spans()}
}

// copyBodies decodes a record into memory of its own.
func copyBodies(rec *Record) (bodies []Body, err error) {
	for body, err := range rec.Bodies() {
		if err != nil {
			return nil, err
		}
		if p, ok := body.(*Page); ok {
			if body, err = p.clone(); err != nil {
				return nil, err
			}
		}
		bodies = append(bodies, body)
	}
	return bodies, nil
}

func (p *Page) clone() (*Page, error) {
	messages := make([]Message, p.Len())
	for i := range messages {
		messages[i] = p.Message(i)
	}
	return NewPage(p.Origin, p.Import, p.Channel, messages)
}
