package eventlog

import (
	"iter"

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

// Records reads a guild's records in order, those with an event later than after (the zero ULID: all),
// up to what is there when it gets to the end. A record is valid until the next step. A damaged record
// comes as an error (*CorruptError) in its place; the iteration can go on after it.
func (l *Log) Records(guild snowflake.ID, after ulid.ULID) iter.Seq2[*Record, error] {
	return l.records(guild, after, chunkSize)
}

func (l *Log) records(guild snowflake.ID, after ulid.ULID, size int) iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) {
		c := &chunk{guild: guild, next: after, size: size}
		rec := &Record{}
		for {
			if err := l.db.View(c.fill); err != nil {
				yield(nil, err)
				return
			}
			if len(c.ends) == 0 {
				return
			}
			for key, value := range c.all() {
				err := rec.open(guild, key, value)
				if err == nil && rec.Base.Compare(after) <= 0 && rec.Last().Compare(after) <= 0 {
					continue
				}
				if !yield(rec, err) {
					return
				}
			}
		}
	}
}

// chunk is a copy of some records in a row, and where to go on after them.
type chunk struct {
	guild snowflake.ID
	size  int       // bytes to read at a time
	next  ulid.ULID // the event after which to begin, then the record after which to go on
	begun bool
	done  bool
	copied
}

// copied are the keys and values of some records in a row.
type copied struct {
	data []byte
	ends []recordEnds
}

// recordEnds is where a record's key and its value end in a chunk's data.
type recordEnds struct{ key, value int }

// fill reads the next chunk; it is empty at the end of the log. It ends a chunk only with a record
// whose key stands in order, so that a damaged key never becomes the place to go on from.
func (c *chunk) fill(tx *bolt.Tx) error {
	c.data, c.ends = c.data[:0], c.ends[:0]
	records := tx.Bucket(bucketRecords).Bucket(guildKey(c.guild))
	if records == nil || c.done {
		return nil
	}
	cursor := records.Cursor()
	var earlier, at []byte
	key, value := c.seek(cursor)
	for ; key != nil; key, value = cursor.Next() {
		if len(c.data) >= c.size && string(earlier) < string(at) && string(at) < string(key) {
			copy(c.next[:], at)
			return nil
		}
		c.data = append(append(c.data, key...), value...)
		c.ends = append(c.ends, recordEnds{len(c.data) - len(value), len(c.data)})
		earlier, at = at, key
	}
	c.done = true
	return nil
}

func (c *chunk) seek(cursor *bolt.Cursor) (key, value []byte) {
	key, value = cursor.Seek(c.next[:])
	found := string(key) == string(c.next[:])
	if c.begun {
		if !found { // a damaged key led the search astray
			for key, _ = cursor.First(); key != nil && string(key) != string(c.next[:]); key, _ = cursor.Next() {
			}
		}
		return cursor.Next()
	}
	if c.begun = true; found {
		return key, value
	}
	return before(cursor)
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
