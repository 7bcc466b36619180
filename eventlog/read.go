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

// chunk is a copy of some records in a row.
type chunk struct {
	guild snowflake.ID
	size  int       // bytes to read at a time
	next  ulid.ULID // the record to begin with, or the one after which to begin
	begun bool
	data  []byte
	ends  []int // where each record's key and value end in data
}

// fill reads the next chunk; it is empty at the end of the log.
func (c *chunk) fill(tx *bolt.Tx) error {
	c.data, c.ends = c.data[:0], c.ends[:0]
	records := tx.Bucket(bucketRecords).Bucket(guildKey(c.guild))
	if records == nil {
		return nil
	}
	cursor := records.Cursor()
	key, value := cursor.Seek(c.next[:])
	switch {
	case c.begun && key != nil && ulid.ULID(key) == c.next:
		key, value = cursor.Next()
	case !c.begun && (key == nil || ulid.ULID(key) != c.next):
		// The event may stand within the record before.
		if k, v := cursor.Prev(); k != nil {
			key, value = k, v
		} else {
			key, value = cursor.First()
		}
	}
	c.begun = true
	for ; key != nil && len(c.data) < c.size; key, value = cursor.Next() {
		c.data = append(append(c.data, key...), value...)
		c.ends = append(c.ends, len(c.data))
		copy(c.next[:], key)
	}
	return nil
}

func (c *chunk) all() iter.Seq2[[]byte, []byte] {
	return func(yield func(key, value []byte) bool) {
		start := 0
		for _, end := range c.ends {
			if !yield(c.data[start:start+16:start+16], c.data[start+16:end]) {
				return
			}
			start = end
		}
	}
}
