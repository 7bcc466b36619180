package eventlog

import (
	"encoding/binary"
	"fmt"
	"runtime"

	"github.com/oklog/ulid/v2"
	bolt "go.etcd.io/bbolt"

	"tally/eventlog/snowflake"
)

const (
	maxCommit      = 8 << 20 // bytes that one commit takes at the most
	maxCommitCalls = 4096    // and calls
)

// request is one call of Append on its way into the file.
type request struct {
	guild   snowflake.ID
	records []sealed
	last    ulid.ULID
	err     error
	turn    chan bool // true: it is to write for all who wait; false: its outcome is known
}

// sealed is one record, encoded; its place is given to it when it is committed.
type sealed struct {
	key    ulid.ULID
	value  []byte
	events int
	spans  []span
}

// Append writes records for a guild, each a list of bodies that belong together, in one atomic step.
// When it returns without an error they are durable, and last is the ULID of the last event; after an
// error none of them is in the log. Calls from many goroutines that wait at the same time are
// committed together. The bodies aren't kept.
func (l *Log) Append(guild snowflake.ID, records ...[]Body) (last ulid.ULID, err error) {
	r := &request{guild: guild, turn: make(chan bool, 1)}
	for _, bodies := range records {
		value, events, err := encodeRecord(bodies)
		if err != nil {
			return last, fmt.Errorf("encode a record: %w", err)
		}
		r.records = append(r.records, sealed{value: value, events: events, spans: spansOf(bodies)})
	}
	if len(r.records) == 0 {
		return last, fmt.Errorf("append: no records")
	}
	if err := l.submit(r); err != nil {
		return last, err
	}
	return r.last, r.err
}

// submit returns when the outcome of a request is known. Of those who wait, one at a time writes for all: a goroutine
// of its own for that would have each caller wait for two changes of goroutine besides the disk.
func (l *Log) submit(r *request) error {
	l.closing.RLock()
	defer l.closing.RUnlock()
	switch {
	case l.closed:
		return ErrClosed
	case l.holder == nil:
		return fmt.Errorf("append: the log is open for reading only")
	}
	if l.waiting.add(r) || <-r.turn {
		l.write()
	}
	return nil
}

// write commits what waits, its caller's request among it, and has the next write that came meanwhile.
func (l *Log) write() {
	// Callers that the last commit set free are about to come back: let them, as long as more of them
	// do, so that they share this one.
	for before := 0; l.waiting.len() > before; runtime.Gosched() {
		before = l.waiting.len()
	}
	batch := l.waiting.take()
	err := l.db.Update(func(tx *bolt.Tx) error { return l.commit(tx, batch) })
	if err != nil {
		err = fmt.Errorf("append to the log: %w", err)
		l.reloadTails(batch)
	} else {
		l.publishTails(batch)
	}
	l.hasRead(readAround * guildsIn(batch))
	for _, r := range batch {
		if r.err = err; err != nil {
			r.last = ulid.ULID{}
		}
		r.turn <- false
	}
	if next := l.waiting.next(); next != nil {
		next.turn <- true
	}
}

// guildsIn returns how many guilds a batch is of, or more where their requests stand mixed.
func guildsIn(batch []*request) (n int) {
	for i, r := range batch {
		if i == 0 || r.guild != batch[i-1].guild {
			n++
		}
	}
	return n
}

// commit puts a batch into the file.
func (l *Log) commit(tx *bolt.Tx, batch []*request) error {
	for _, r := range batch {
		if tx.Bucket(bucketRecords).Bucket(guildKey(r.guild)) == nil {
			delete(l.growing, r.guild) // it may have been erased
		}
		records, err := tx.Bucket(bucketRecords).CreateBucketIfNotExists(guildKey(r.guild))
		if err != nil {
			return err
		}
		records.FillPercent = 1 // keys only ever rise: leave no room for later ones
		t := l.growing.of(r.guild, l.segment)
		for i := range r.records {
			rec := &r.records[i]
			if rec.key, err = l.position.next(rec.events); err != nil {
				return err
			}
			seal(rec.value, r.guild, rec.key)
			if err := records.Put(rec.key[:], rec.value); err != nil {
				return err
			}
			r.last = l.position.last
			if whole := t.grow(rec.key, len(rec.value), rec.spans); whole != nil {
				if err := whole.store(tx, r.guild); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func guildKey(guild snowflake.ID) []byte {
	return binary.BigEndian.AppendUint64(nil, uint64(guild))
}

func guildOf(key []byte) snowflake.ID {
	if len(key) != 8 {
		return 0
	}
	return snowflake.ID(binary.BigEndian.Uint64(key))
}
