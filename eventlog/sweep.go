package eventlog

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	bolt "go.etcd.io/bbolt"

	"tally/eventlog/snowflake"
)

// bucketErased holds the records and the index of erased guilds until Sweep has taken them apart.
var bucketErased = []byte("erased")

// sweepCommit is how many bytes a step of Sweep removes or overwrites.
const sweepCommit = 4 << 20

// EraseGuild takes all that the log holds of a guild out of it, in one step, durably. Nothing may be appended for it
// meanwhile. Sweep then makes it irreversible.
func (l *Log) EraseGuild(guild snowflake.ID) error {
	l.compacting.Lock()
	defer l.compacting.Unlock()
	l.hiddenMu.Lock()
	defer l.hiddenMu.Unlock()
	err := l.db.Update(func(tx *bolt.Tx) error {
		erasing, err := tx.CreateBucketIfNotExists(bucketErasing)
		if err != nil {
			return err
		}
		for _, author := range l.hidden[guild] {
			if err := erasing.Delete(hiddenKey(guild, author)); err != nil {
				return err
			}
		}
		if covered := tx.Bucket(bucketCovered); covered != nil {
			if err := covered.Delete(guildKey(guild)); err != nil {
				return err
			}
		}
		for _, name := range [][]byte{bucketRecords, bucketIndex, bucketSegments} {
			if err := throwAway(tx, tx.Bucket(name), guild); err != nil {
				return err
			}
		}
		return soil(erasing)
	})
	if err != nil {
		return fmt.Errorf("erase guild %s from the log: %w", guild, err)
	}
	delete(l.hidden, guild)
	l.erasures[guild]++
	l.forgetTails(guild)
	return nil
}

// throwAway moves a guild's bucket out of another one: that takes no time, however large it is.
func throwAway(tx *bolt.Tx, from *bolt.Bucket, guild snowflake.ID) error {
	if from == nil || from.Bucket(guildKey(guild)) == nil {
		return nil
	}
	erased, err := tx.CreateBucketIfNotExists(bucketErased)
	if err != nil {
		return err
	}
	n, err := erased.NextSequence()
	if err != nil {
		return err
	}
	into, err := erased.CreateBucket(binary.BigEndian.AppendUint64(nil, n))
	if err != nil {
		return err
	}
	return from.MoveBucket(guildKey(guild), into)
}

// Swept reports whether nothing is left to be done by Sweep.
func (l *Log) Swept() (bool, error) {
	mark, err := l.dirt()
	return mark == nil, err
}

// Sweep makes what was erased irrecoverable from the log's file: it removes what is left of erased guilds, and
// overwrites all pages of the file that are free, in steps between which others append. If it was stopped, it begins
// anew when it is called again. Without something to do it costs nothing.
func (l *Log) Sweep(ctx context.Context) error {
	l.sweeping.Lock()
	defer l.sweeping.Unlock()
	mark, err := l.dirt()
	if err != nil || mark == nil {
		return err
	}
	if l.holder == nil {
		return ErrReadOnly
	}
	err = l.removeErased(ctx)
	if err == nil {
		err = l.scrub(ctx)
	}
	if err == nil {
		err = l.removeLeftovers()
	}
	if err == nil {
		err = l.clean(mark)
	}
	if err != nil {
		return fmt.Errorf("overwrite what was erased: %w", err)
	}
	return nil
}

// removeErased takes erased guilds apart step by step: to free all pages of a large one at once takes long.
func (l *Log) removeErased(ctx context.Context) error {
	for more := true; more; {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := l.db.Update(func(tx *bolt.Tx) error {
			erased := tx.Bucket(bucketErased)
			if more = erased != nil; !more {
				return nil
			}
			left, err := prune(erased, sweepCommit)
			if err == nil && left > 0 {
				err = tx.DeleteBucket(bucketErased)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// prune removes up to so many bytes of a bucket with all that is in it, and returns how many it could still have.
func prune(b *bolt.Bucket, bytes int) (left int, err error) {
	var gone [][]byte
	c := b.Cursor()
	for key, value := c.First(); key != nil && bytes > 0; key, value = c.Next() {
		if value == nil && b.Bucket(key) != nil {
			if bytes, err = prune(b.Bucket(key), bytes); err != nil {
				return 0, err
			}
			if bytes <= 0 {
				break
			}
		}
		bytes -= len(key) + len(value) + 1
		gone = append(gone, append([]byte(nil), key...))
	}
	for _, key := range gone {
		if b.Bucket(key) != nil {
			err = b.DeleteBucket(key)
		} else {
			err = b.Delete(key)
		}
		if err != nil {
			return 0, err
		}
	}
	return bytes, nil
}

// removeLeftovers removes copies of the log that a crash has left.
func (l *Log) removeLeftovers() error {
	copies, err := filepath.Glob(filepath.Join(l.dir, FileName+".new-*"))
	for _, path := range append(copies, filepath.Join(l.dir, shrunkName)) {
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return err
}
