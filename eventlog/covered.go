package eventlog

import (
	"encoding/binary"
	"fmt"

	bolt "go.etcd.io/bbolt"

	"tally/eventlog/snowflake"
)

// bucketCovered holds, for each guild, the id up to which live tracking has surely missed nothing. It is
// a mark and no event: it moves on every minute and only its last place matters.
var bucketCovered = []byte("covered")

// Covered returns a guild's mark, 0 if it never had one.
func (l *Log) Covered(guild snowflake.ID) (mark snowflake.ID, err error) {
	err = l.db.View(func(tx *bolt.Tx) error {
		if b := tx.Bucket(bucketCovered); b != nil {
			if v := b.Get(guildKey(guild)); len(v) == 8 {
				mark = snowflake.ID(binary.BigEndian.Uint64(v))
			}
		}
		return nil
	})
	return mark, err
}

// SetCovered moves guilds' marks, durably and all at once.
func (l *Log) SetCovered(marks map[snowflake.ID]snowflake.ID) error {
	err := l.db.Update(func(tx *bolt.Tx) error {
		b, err := tx.CreateBucketIfNotExists(bucketCovered)
		if err != nil {
			return err
		}
		for guild, mark := range marks {
			if err := b.Put(guildKey(guild), binary.BigEndian.AppendUint64(nil, uint64(mark))); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("move the marks of what is covered: %w", err)
	}
	return nil
}
