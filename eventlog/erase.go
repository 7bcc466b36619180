package eventlog

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/oklog/ulid/v2"
	bolt "go.etcd.io/bbolt"

	"tally/eventlog/snowflake"
)

// Erased is what Erase did, or would do.
type Erased struct {
	Records  int // that were rewritten
	Messages int // that named an author who is erased
	Others   int // deletes, imports and settings that did
	Unknown  int // events of kinds that this version doesn't know, and so can't look into
	// Damaged are records that can't be read. They stay as they are, and may name anybody.
	Damaged []error
}

// Erase rewrites all records of a guild that name its Hidden authors, as they are stored: each keeps its place and its
// ULIDs, and has Anonymous where the author was. Then it overwrites what the file's free pages still tell of
// them (Sweep). It works in steps of a few milliseconds, between which others append. When it was stopped, by ctx or by
// a crash, the authors are still hidden, and calling it again goes on.
func (l *Log) Erase(ctx context.Context, guild snowflake.ID) (Erased, error) {
	authors := l.Hidden(guild)
	e := eraser{guild: guild, authors: authors, write: true, size: chunkSize}
	if len(authors) > 0 {
		err := l.eraseAll(ctx, &e)
		if err == nil {
			err = l.unhide(guild, authors)
		}
		if err != nil {
			return e.done, fmt.Errorf("erase from the log: %w", err)
		}
	}
	return e.done, l.Sweep(ctx)
}

// Naming returns what Erase would do for one author, and changes nothing.
func (l *Log) Naming(ctx context.Context, guild, author snowflake.ID) (Erased, error) {
	e := eraser{guild: guild, authors: []snowflake.ID{author}, size: chunkSize}
	err := l.eraseAll(ctx, &e)
	return e.done, err
}

func (l *Log) eraseAll(ctx context.Context, e *eraser) error {
	for !e.ended {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := l.eraseStep(e); err != nil {
			return err
		}
	}
	return nil
}

// eraseStep does the next few records. Compaction, which may join them with those before, waits meanwhile.
func (l *Log) eraseStep(e *eraser) error {
	l.compacting.Lock()
	defer l.compacting.Unlock()
	if err := l.db.View(e.read); err != nil || len(e.made) == 0 || !e.write {
		return err
	}
	return l.db.Update(func(tx *bolt.Tx) error {
		records := tx.Bucket(bucketRecords).Bucket(guildKey(e.guild))
		records.FillPercent = 1
		for _, r := range e.made {
			if err := records.Put(r.key[:], r.value); err != nil {
				return err
			}
		}
		return nil
	})
}

// eraser puts Anonymous in the place of authors, record by record.
type eraser struct {
	guild   snowflake.ID
	authors []snowflake.ID
	write   bool
	size    int       // bytes to read in a step
	next    ulid.ULID // the last record that was looked at
	begun   bool
	ended   bool
	made    []storedRecord // by the last step
	done    Erased
}

// read looks at the next records. It begins with the last one again: compaction may have joined it with those after it.
func (e *eraser) read(tx *bolt.Tx) error {
	e.made = e.made[:0]
	records := tx.Bucket(bucketRecords).Bucket(guildKey(e.guild))
	if records == nil {
		e.ended = true
		return nil
	}
	c, size, again := records.Cursor(), 0, e.begun
	key, value := c.Seek(e.next[:])
	if again && string(key) != string(e.next[:]) {
		key, value = before(c)
	}
	for ; key != nil; key, value = c.Next() {
		if size >= e.size {
			return nil
		}
		seen := again && string(key) == string(e.next[:])
		if !seen {
			size += len(key) + len(value)
		}
		if err := e.take(key, value, seen); err != nil {
			return err
		}
		copy(e.next[:], key)
		e.begun, again = true, false
	}
	e.ended = true
	return nil
}

// take rewrites a record if that is needed. What is wrong with one that was seen before is known.
func (e *eraser) take(key, value []byte, seen bool) error {
	rec := &Record{}
	err := rec.open(e.guild, key, value)
	var changed Erased
	if err == nil {
		changed, err = e.naming(rec)
	}
	if err == nil && changed.Messages+changed.Others > 0 {
		var made storedRecord
		if made, err = e.rewrite(rec); err == nil {
			e.made = append(e.made, made)
			changed.Records = 1
		}
	}
	var damaged *CorruptError
	switch {
	case errors.As(err, &damaged), errors.Is(err, ErrNewerVersion):
		if !seen {
			e.done.Damaged = append(e.done.Damaged, err)
		}
		return nil
	case err != nil:
		return err
	}
	if seen && changed.Records == 0 {
		return nil
	}
	e.done.add(changed)
	return nil
}

func (e *Erased) add(o Erased) {
	e.Records += o.Records
	e.Messages += o.Messages
	e.Others += o.Others
	e.Unknown += o.Unknown
}

// naming counts the events of a record that name one of the authors.
func (e *eraser) naming(rec *Record) (found Erased, err error) {
	for body, err := range rec.Bodies() {
		if err != nil {
			return found, err
		}
		switch n := 0; b := body.(type) {
		case *Page:
			_, n = anonymous(b, e.authors)
			found.Messages += n
		case Unknown:
			found.Unknown += b.Len()
		default:
			_, n = anonymous(b, e.authors)
			found.Others += n
		}
	}
	return found, nil
}

// rewrite makes the record that takes rec's place. A joined one is taken apart and joined again.
func (e *eraser) rewrite(rec *Record) (made storedRecord, err error) {
	if rec.seams == nil {
		return e.rewritePart(rec)
	}
	var r row
	for part, err := range rec.parts() {
		if err != nil {
			return made, err
		}
		one, err := e.rewritePart(part)
		if err != nil {
			return made, err
		}
		var again Record
		if err := again.open(e.guild, one.key[:], one.value); err != nil {
			return made, err
		}
		bodies, err := copyBodies(&again)
		if err != nil {
			return made, err
		}
		if !r.add(&again, bodies) {
			return made, rec.corrupt(errSeams)
		}
		r.single = append(r.single, one)
	}
	made, ok := r.join(e.guild)
	if !ok {
		return made, rec.corrupt(errSeams)
	}
	return made, nil
}

// rewritePart rewrites the blocks that name one of the authors, and keeps the bytes of the others.
func (e *eraser) rewritePart(rec *Record) (made storedRecord, err error) {
	value := make([]byte, headerSize, headerSize+len(rec.blocks)+16)
	value[0] = Version
	for b, err := range rec.blocksOf() {
		if err != nil {
			return made, err
		}
		payload, err := e.payload(b)
		if err != nil {
			return made, rec.corrupt(err)
		}
		value = append(value, byte(b.kind))
		value = binary.AppendUvarint(value, uint64(b.events))
		value = binary.AppendUvarint(value, uint64(len(payload)))
		value = append(value, payload...)
	}
	seal(value, e.guild, rec.Base)
	return storedRecord{key: rec.Base, value: value}, nil
}

func (e *eraser) payload(b block) ([]byte, error) {
	body, err := b.decode(func() *Page { return &Page{} }, nil)
	if err != nil {
		return nil, err
	}
	body, changed := anonymous(body, e.authors)
	if changed == 0 {
		return b.payload, nil
	}
	if p, ok := body.(*Page); ok { // in order again, and each sender once
		if body, err = p.clone(); err != nil {
			return nil, err
		}
	}
	payload := body.appendPayload(nil)
	switch body.(type) { // what a newer version has added at its end stays
	case ImportStarted:
		payload = append(payload, unread(b.payload, &ImportStarted{})...)
	case SettingsChanged:
		payload = append(payload, unread(b.payload, &SettingsChanged{})...)
	}
	return payload, nil
}

// unread returns what follows the fields that this version knows of a rare event.
func unread(payload []byte, e fielder) []byte {
	c := coder{b: payload, reading: true}
	e.fields(&c)
	return c.b
}
