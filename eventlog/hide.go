package eventlog

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	bolt "go.etcd.io/bbolt"

	"tally/eventlog/snowflake"
)

// bucketErasing holds what is yet to be done to erase somebody for good. It is made when it is first needed. Keys are
// a guild and an author whom its records may still name, 8 bytes each, or keyDirty.
var bucketErasing = []byte("erasing")

// keyDirty is there while free pages of the file may still tell of what was erased. Its value rises each time.
var keyDirty = []byte{0}

// Hide makes an author anonymous at once and for good: whoever reads the guild's records from now on finds Anonymous in
// his place. That is durable when it returns. Erase then rewrites the records. Whoever reads already may still find him,
// and what is appended is his affair who appends it.
func (l *Log) Hide(guild, author snowflake.ID) error {
	l.hiddenMu.Lock()
	defer l.hiddenMu.Unlock()
	if author == Anonymous || slices.Contains(l.hidden[guild], author) {
		return nil
	}
	err := l.db.Update(func(tx *bolt.Tx) error {
		b, err := tx.CreateBucketIfNotExists(bucketErasing)
		if err != nil {
			return err
		}
		return b.Put(hiddenKey(guild, author), nil)
	})
	if err != nil {
		return fmt.Errorf("note who is to be erased: %w", err)
	}
	l.hidden[guild] = append(slices.Clone(l.hidden[guild]), author)
	l.erasures[guild]++
	return nil
}

// Erasures returns how often, since the log was opened, an author of a guild was hidden, or all of the guild was erased:
// what was read of it when there were fewer may tell of who is gone.
func (l *Log) Erasures(guild snowflake.ID) int {
	l.hiddenMu.RLock()
	defer l.hiddenMu.RUnlock()
	return l.erasures[guild]
}

// Hidden returns the authors of a guild whom its records may still name, nil if there are none.
func (l *Log) Hidden(guild snowflake.ID) []snowflake.ID {
	l.hiddenMu.RLock()
	defer l.hiddenMu.RUnlock()
	return l.hidden[guild]
}

func (l *Log) loadHidden(tx *bolt.Tx) {
	l.hidden = map[snowflake.ID][]snowflake.ID{}
	b := tx.Bucket(bucketErasing)
	if b == nil {
		return
	}
	for c, key := b.Cursor(), []byte(nil); ; {
		if key == nil {
			key, _ = c.First()
		} else {
			key, _ = c.Next()
		}
		if key == nil {
			return
		}
		if len(key) == 16 {
			guild := guildOf(key[:8])
			l.hidden[guild] = append(l.hidden[guild], guildOf(key[8:]))
		}
	}
}

// unhide forgets authors whom no record names any more. That they were ever named here is now in free pages only.
func (l *Log) unhide(guild snowflake.ID, authors []snowflake.ID) error {
	l.hiddenMu.Lock()
	defer l.hiddenMu.Unlock()
	err := l.db.Update(func(tx *bolt.Tx) error {
		b, err := tx.CreateBucketIfNotExists(bucketErasing)
		if err != nil {
			return err
		}
		for _, author := range authors {
			if err := b.Delete(hiddenKey(guild, author)); err != nil {
				return err
			}
		}
		return soil(b)
	})
	if err != nil {
		return err
	}
	left := slices.DeleteFunc(slices.Clone(l.hidden[guild]), func(id snowflake.ID) bool { return slices.Contains(authors, id) })
	if l.hidden[guild] = left; len(left) == 0 {
		delete(l.hidden, guild)
	}
	return nil
}

func hiddenKey(guild, author snowflake.ID) []byte {
	return binary.BigEndian.AppendUint64(guildKey(guild), uint64(author))
}

// soil notes that the file's free pages are to be overwritten.
func soil(erasing *bolt.Bucket) error {
	return erasing.Put(keyDirty, binary.BigEndian.AppendUint64(nil, uint64(guildOf(erasing.Get(keyDirty)))+1))
}

// dirt returns the mark that soil has left, nil if there is none.
func (l *Log) dirt() (mark []byte, err error) {
	err = l.db.View(func(tx *bolt.Tx) error {
		if b := tx.Bucket(bucketErasing); b != nil {
			mark = bytes.Clone(b.Get(keyDirty))
		}
		return nil
	})
	return mark, err
}

// clean takes the mark away, unless it is another one by now.
func (l *Log) clean(mark []byte) error {
	return l.db.Update(func(tx *bolt.Tx) error {
		if b := tx.Bucket(bucketErasing); b != nil && bytes.Equal(b.Get(keyDirty), mark) {
			return b.Delete(keyDirty)
		}
		return nil
	})
}

// anonymous puts Anonymous in the place of authors, and returns how many events that changes. Of a page only the
// senders are changed: they may stand out of order then, and twice.
func anonymous(body Body, authors []snowflake.ID) (_ Body, changed int) {
	switch b := body.(type) {
	case *Page:
		for i, s := range b.Senders {
			if slices.Contains(authors, s.Author) {
				b.Senders[i].Author = Anonymous
				changed += int(b.Counts[i])
			}
		}
	case *Deletes:
		for i, d := range b.List {
			if slices.Contains(authors, d.Author) {
				b.List[i].Author = Anonymous
				changed++
			}
		}
	case ImportStarted:
		if slices.Contains(authors, b.By) {
			b.By = Anonymous
			return b, 1
		}
	case SettingsChanged:
		if slices.Contains(authors, b.By) {
			b.By = Anonymous
			return b, 1
		}
	}
	return body, changed
}

// ErrReadOnly says that the log was opened for reading only.
var ErrReadOnly = errors.New("the log is open for reading only")
