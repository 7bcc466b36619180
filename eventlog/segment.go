package eventlog

import (
	"encoding/binary"

	"github.com/oklog/ulid/v2"
	bolt "go.etcd.io/bbolt"

	"tally/eventlog/snowflake"
)

// bucketSegments holds, in a bucket for each guild, how many records each segment of the index has. It is
// made when it is first needed: the segments of older logs are not in it and have oldSegment records.
var bucketSegments = []byte("segments")

const oldSegment = 256

// keyCompacted, in a guild's segments, holds the first record of the segment that compaction goes on with.
var keyCompacted = []byte{0}

// segment is a run of records whose messages the index knows.
type segment struct {
	first   ulid.ULID // the key of its first record
	records int
}

// lengthOf returns how many records a segment of the index has. segments may be nil.
func lengthOf(segments *bolt.Bucket, first []byte) int {
	if segments != nil {
		if n, size := binary.Uvarint(segments.Get(first)); size > 0 {
			return int(n)
		}
	}
	return oldSegment
}

// segmentsOf returns a guild's segments, or nil if none are kept.
func segmentsOf(tx *bolt.Tx, guild snowflake.ID) *bolt.Bucket {
	if all := tx.Bucket(bucketSegments); all != nil {
		return all.Bucket(guildKey(guild))
	}
	return nil
}

func makeSegments(tx *bolt.Tx, guild snowflake.ID) (*bolt.Bucket, error) {
	all, err := tx.CreateBucketIfNotExists(bucketSegments)
	if err != nil {
		return nil, err
	}
	return all.CreateBucketIfNotExists(guildKey(guild))
}

// store writes a segment that has become whole into the index.
func (t *tail) store(tx *bolt.Tx, guild snowflake.ID) error {
	if err := t.enter(tx, guild); err != nil {
		return err
	}
	return tx.Bucket(bucketIndex).Bucket(guildKey(guild)).Put(keyIndexed, t.last[:])
}

// enter writes a segment's entries.
func (t *tail) enter(tx *bolt.Tx, guild snowflake.ID) error {
	segments, err := makeSegments(tx, guild)
	if err != nil {
		return err
	}
	if err := segments.Put(t.first[:], binary.AppendUvarint(nil, uint64(t.records))); err != nil {
		return err
	}
	index, err := tx.Bucket(bucketIndex).CreateBucketIfNotExists(guildKey(guild))
	if err != nil {
		return err
	}
	for _, s := range t.spans {
		if err := index.Put(segmentKey(s.channel, s.last, t.first), segmentValue(s.first)); err != nil {
			return err
		}
	}
	return nil
}

// remove takes a segment's entries out again.
func (t *tail) remove(tx *bolt.Tx, guild snowflake.ID) error {
	segments, err := makeSegments(tx, guild)
	if err != nil {
		return err
	}
	if err := segments.Delete(t.first[:]); err != nil {
		return err
	}
	index := tx.Bucket(bucketIndex).Bucket(guildKey(guild))
	for _, s := range t.spans {
		if err := index.Delete(segmentKey(s.channel, s.last, t.first)); err != nil {
			return err
		}
	}
	return nil
}

func segmentKey(channel, last snowflake.ID, segment ulid.ULID) []byte {
	k := binary.BigEndian.AppendUint64(nil, uint64(channel))
	k = binary.BigEndian.AppendUint64(k, uint64(last))
	return append(k, segment[:]...)
}

func segmentValue(first snowflake.ID) []byte {
	return binary.BigEndian.AppendUint64(nil, uint64(first))
}
