package eventlog

import (
	"bytes"
	"iter"
	"runtime"

	"github.com/oklog/ulid/v2"
	bolt "go.etcd.io/bbolt"

	"tally/eventlog/snowflake"
)

// chunkSize is how many bytes of records a read transaction copies before it ends. A long transaction
// would hold up the file's growth, and with it every append and every other reader.
const chunkSize = 512 << 10

// Guilds returns the guilds that the log has records of, by id.
func (l *Log) Guilds() ([]snowflake.ID, error) {
	var guilds []snowflake.ID
	err := l.db.View(func(tx *bolt.Tx) error {
		return tx.Bucket(bucketRecords).ForEachBucket(func(key []byte) error {
			guilds = append(guilds, guildOf(key))
			return nil
		})
	})
	return guilds, err
}

// Records reads a guild's records in order as they were appended, those with an event later than after (the
// zero ULID: all), up to what is there when it gets to the end. A record is valid until the next step. A
// damaged record comes as an error (*CorruptError) in its place; the iteration can go on after it.
func (l *Log) Records(guild snowflake.ID, after ulid.ULID) iter.Seq2[*Record, error] {
	return l.records(guild, reading{after: after, size: chunkSize})
}

// Between reads like Records, up to the record that begins at until or before (the zero ULID: all), and gives
// joined records as one where all of them is in between. Pages of live tracking then come by channel, before
// the deletes that were appended among them: that is for folds, to which it makes no difference.
func (l *Log) Between(guild snowflake.ID, after, until ulid.ULID) iter.Seq2[*Record, error] {
	return l.records(guild, reading{after: after, until: until, joined: true, size: chunkSize})
}

// stored reads all of a guild's records as they are stored.
func (l *Log) stored(guild snowflake.ID) iter.Seq2[*Record, error] {
	return l.records(guild, reading{joined: true, size: chunkSize})
}

// reading says what is to be read.
type reading struct {
	after, until ulid.ULID
	joined       bool // joined records as one
	size         int  // bytes to read at a time
}

func (r reading) ends(rec *Record) bool {
	return r.until != (ulid.ULID{}) && rec.Base.Compare(r.until) > 0
}

func (l *Log) records(guild snowflake.ID, want reading) iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) {
		c := &chunk{guild: guild, next: want.after, size: want.size}
		rec := &Record{hidden: l.Hidden(guild)}
		var given ulid.ULID // the last record that was given, or the last event of a joined one
		for {
			if err := l.db.View(c.fill); err != nil {
				yield(nil, err)
				return
			}
			if l.hasRead(len(c.data)); len(c.ends) == 0 {
				return
			}
			runtime.Gosched() // who reads a lot lets those go first who have little to do, such as live messages
			for key, value := range c.all() {
				if err := rec.open(guild, key, value); err != nil {
					if !yield(rec, err) {
						return
					}
					continue
				}
				for part, err := range want.of(rec, given) {
					if err == nil && want.ends(part) || !yield(part, err) {
						return
					}
					if given = part.Base; part.seams != nil {
						given = part.Last()
					}
				}
			}
		}
	}
}

// of gives the parts of a stored record that are wanted and not yet given.
func (r reading) of(rec *Record, given ulid.ULID) iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) {
		if rec.seams == nil || r.joined && rec.Base.Compare(given) > 0 && rec.Base.Compare(r.after) > 0 && (r.until == ulid.ULID{} || rec.Last().Compare(r.until) <= 0) {
			if rec.Base.Compare(r.after) > 0 || rec.Last().Compare(r.after) > 0 {
				yield(rec, nil)
			}
			return
		}
		for part, err := range rec.parts() {
			if err == nil && (part.Base.Compare(given) <= 0 || part.Last().Compare(r.after) <= 0) {
				continue
			}
			if !yield(part, err) {
				return
			}
		}
	}
}

// chunk is a copy of some records in a row, and where to go on after them.
type chunk struct {
	guild snowflake.ID
	size  int       // bytes to read at a time
	next  ulid.ULID // the event after which to begin, then the record after which to go on
	head  []byte    // of that record: tells whether it is still the same
	last  ulid.ULID // its last event
	begun bool
	done  bool
	copied
}

// copied are the keys and values of some records in a row.
type copied struct {
	data  []byte
	ends  []recordEnds
	given ulid.ULID // the last event of those before them: a joined record may hold some of these again
}

// recordEnds is where a record's key and its value end in a chunk's data.
type recordEnds struct{ key, value int }

// fill reads the next chunk; it is empty at the end of the log. It ends a chunk only with a record
// whose key stands in order, so that a damaged key never becomes the place to go on from.
func (c *chunk) fill(tx *bolt.Tx) error {
	c.data, c.ends, c.given = c.data[:0], c.ends[:0], c.last
	records := tx.Bucket(bucketRecords).Bucket(guildKey(c.guild))
	if records == nil || c.done {
		return nil
	}
	cursor := records.Cursor()
	var earlier, at, was []byte
	key, value := c.seek(cursor)
	for ; key != nil; key, value = cursor.Next() {
		if len(c.data) >= c.size && string(earlier) < string(at) && string(at) < string(key) {
			copy(c.next[:], at)
			c.head = append(c.head[:0], was[:min(len(was), headerSize)]...)
			var rec Record
			if rec.open(c.guild, at, was) == nil {
				c.last = rec.Last()
			}
			return nil
		}
		c.data = append(append(c.data, key...), value...)
		c.ends = append(c.ends, recordEnds{len(c.data) - len(value), len(c.data)})
		earlier, at, was = at, key, value
	}
	c.done = true
	return nil
}

func (c *chunk) seek(cursor *bolt.Cursor) (key, value []byte) {
	key, value = cursor.Seek(c.next[:])
	if !c.begun {
		if c.begun = true; string(key) == string(c.next[:]) {
			return key, value
		}
		return before(cursor)
	}
	if string(key) != string(c.next[:]) { // a damaged key led the search astray, or the record was joined meanwhile
		for key, value = cursor.First(); key != nil && string(key) != string(c.next[:]); key, value = cursor.Next() {
		}
		if key == nil {
			cursor.Seek(c.next[:])
			return before(cursor)
		}
	}
	if !bytes.HasPrefix(value, c.head) { // joined with those after it, which were not read
		return key, value
	}
	return cursor.Next()
}

// before steps from the record where a search for an event ended to the one before it, within which
// the event may stand; or to the first.
func before(cursor *bolt.Cursor) (key, value []byte) {
	if key, value = cursor.Prev(); key == nil {
		key, value = cursor.First()
	}
	return key, value
}

func (c *copied) all() iter.Seq2[[]byte, []byte] {
	return func(yield func(key, value []byte) bool) {
		start := 0
		for _, end := range c.ends {
			if !yield(c.data[start:end.key:end.key], c.data[end.key:end.value]) {
				return
			}
			start = end.value
		}
	}
}
