package eventlog

import (
	"bytes"
	"errors"
	"reflect"
	"slices"
	"testing"

	"github.com/oklog/ulid/v2"

	"tally/eventlog/snowflake"
)

// FuzzRecord reads any bytes as a record's blocks, under a right checksum, as a hostile or a broken
// writer could have sealed them. Nothing may panic, no id may go astray, nothing may be made larger than
// the bytes that tell of it.
func FuzzRecord(f *testing.F) {
	_, value := documented(f)
	f.Add(value[headerSize:])
	_, joined := documentedAt(f, 1)
	f.Add(joined[headerSize:])
	f.Add([]byte{blockSeams, 3, 0, 0, 24, 1, 1, 5})
	for _, p := range burst(f, 3, 100) {
		value, _, _ := encodeRecord([]Body{p})
		f.Add(value[headerSize:])
	}
	f.Add([]byte{2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 1, 7}) // 2^56 deletes in one byte
	f.Add([]byte{99, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0})
	f.Add([]byte{1, 0x80, 2, 3, 1, 0, 5})
	f.Add([]byte{1, 3, 9, 1, 0, 1, 10, 6, 0, 7, 0, 7}) // an id beyond the last one
	f.Fuzz(func(t *testing.T, blocks []byte) {
		value := append(make([]byte, headerSize), blocks...)
		value[0] = Version
		key := ulid.ULID{5: 1}
		seal(value, 100, key)
		var rec Record
		if err := rec.open(100, key[:], value); err != nil {
			if corrupt := (*CorruptError)(nil); !errors.As(err, &corrupt) || blocks[0] != blockSeams {
				t.Fatal(err)
			}
			return
		}
		_, _ = rec.Len(), rec.Last()
		for _, s := range rec.spans() {
			if s.last < s.first {
				t.Fatalf("a page from %d to %d", s.first, s.last)
			}
		}
		for body, err := range rec.Bodies() {
			if err != nil {
				if corrupt := (*CorruptError)(nil); !errors.As(err, &corrupt) {
					t.Fatalf("%v is no CorruptError", err)
				}
				return
			}
			readBody(t, body, len(blocks))
		}
		n := 0
		for range rec.Events() {
			if n++; n > 1<<16 {
				break // an unknown kind may say that it has any number
			}
		}
	})
}

func readBody(t *testing.T, body Body, size int) {
	switch b := body.(type) {
	case *Page:
		ids := b.IDs()
		if len(ids) != b.Len() || !slices.IsSorted(ids) || ids[0] != b.First || ids[len(ids)-1] != b.Last {
			t.Fatalf("ids %v of a page from %d to %d", ids, b.First, b.Last)
		}
		for i := range b.Len() {
			_ = b.Message(i)
		}
		if b.decodeIDs() == nil {
			sameAgain(t, b)
		}
	case *Deletes:
		if cap(b.List) > 4*size {
			t.Fatalf("room for %d deletes from %d bytes", cap(b.List), size)
		}
	}
}

// sameAgain writes a page that was read and reads it again.
func sameAgain(t *testing.T, p *Page) {
	var again Page
	if err := again.decode(p.Len(), p.appendPayload(nil)); err != nil {
		t.Fatal(err)
	}
	same(t, &again, p)
}

// FuzzSealed reads any bytes as a stored record: only what was sealed is opened.
func FuzzSealed(f *testing.F) {
	key, value := documented(f)
	f.Add(key[:], value)
	f.Add(key[:5], value)
	f.Add(key[:], []byte{})
	f.Add(key[:], []byte{Version + 1, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, k, v []byte) {
		var rec Record
		if err := rec.open(100, k, v); err == nil && (len(k) != 16 || checksum(v, &place{}, 100, ulid.ULID(k)) != uint32(v[1])|uint32(v[2])<<8|uint32(v[3])<<16|uint32(v[4])<<24) {
			t.Fatal("a record that nobody sealed is opened")
		}
	})
}

// FuzzRareEvents reads any payload as each of the rare events. What is read is written and read again
// as the same.
func FuzzRareEvents(f *testing.F) {
	f.Add(uint8(KindImportStarted), []byte{1, 0x88, 0x27, 7, 0xc8, 1, 0})
	f.Add(uint8(KindImportFinished), []byte{1, 1, 0x80, 0xd0, 0xea, 0xb6, 0xb7, 0x33})
	f.Add(uint8(KindVerified), bytes.Repeat([]byte{0xff}, 80))
	f.Add(uint8(KindUserErased), bytes.Repeat([]byte{0xff}, 9))
	f.Add(uint8(KindGuildLeft), []byte{0x80, 0xd0, 0xea, 0xb6, 0xb7, 0x33})
	f.Add(uint8(KindImportChannelFinished), []byte{1, 2, 3, 0x80, 2})
	f.Add(uint8(KindSettingsChanged), []byte{1, 1, 0, 1, 1, 2, 3, 4, 1, 5, 0, 2, 'Z', 'Z', 1, 1, 1, 'a', 7})
	f.Fuzz(func(t *testing.T, kind uint8, payload []byte) {
		if k := Kind(kind); !k.Known() || k == KindMessage || k == KindMessageDeleted {
			return
		}
		body, err := block{Kind(kind), 1, payload}.decode(nil, nil)
		if err != nil {
			return
		}
		again, err := block{Kind(kind), 1, body.appendPayload(nil)}.decode(nil, nil)
		if err != nil || !reflect.DeepEqual(again, body) {
			t.Fatalf("%+v is read again as %+v, %v", body, again, err)
		}
	})
}

// FuzzDeletes reads any payload as a list of any length.
func FuzzDeletes(f *testing.F) {
	f.Add(2, []byte{0xc8, 1, 0xe8, 7, 1, 7, 0, 0, 0xf1, 7, 0})
	f.Add(1<<62, []byte{1, 1, 0, 1, 0})
	f.Add(-1, []byte{})
	f.Fuzz(func(t *testing.T, n int, payload []byte) {
		d, err := decodeDeletes(n, payload)
		if err != nil {
			return
		}
		if cap(d.List) > 2+2*len(payload) {
			t.Fatalf("room for %d deletes from %d bytes", cap(d.List), len(payload))
		}
		again, err := decodeDeletes(len(d.List), d.appendPayload(nil))
		if err != nil || !reflect.DeepEqual(again, d) {
			t.Fatalf("%+v is read again as %+v, %v", d, again, err)
		}
	})
}

// FuzzErase reads any bytes as a record's blocks and erases an author from it: what can't be read is damaged, else
// nobody finds him any more, and as many events stay.
func FuzzErase(f *testing.F) {
	_, value := documented(f)
	f.Add(value[headerSize:], uint64(7))
	_, joined := documentedAt(f, 1)
	f.Add(joined[headerSize:], uint64(9))
	started := ImportStarted{Import: 1, By: 7}
	value, _, _ = encodeRecord([]Body{started, SettingsChanged{By: 7}, UserErased{7}, burst(f, 1, 100)[0]})
	f.Add(value[headerSize:], uint64(7))
	f.Fuzz(func(t *testing.T, blocks []byte, author uint64) {
		value := append(make([]byte, headerSize), blocks...)
		value[0] = Version
		key := ulid.ULID{5: 1}
		seal(value, 100, key)
		var rec, again Record
		e := eraser{guild: 100, authors: []snowflake.ID{snowflake.ID(author)}}
		if rec.open(100, key[:], value) != nil || author == uint64(Anonymous) {
			return
		}
		if _, err := e.naming(&rec); err != nil {
			return
		}
		made, err := e.rewrite(&rec)
		if err != nil {
			if corrupt := (*CorruptError)(nil); !errors.As(err, &corrupt) {
				t.Fatal(err)
			}
			return
		}
		if err := again.open(100, made.key[:], made.value); err != nil {
			t.Fatal(err)
		}
		left, err := e.naming(&again)
		if err != nil || left.Messages+left.Others > 0 || again.Len() != rec.Len() || again.Last() != rec.Last() {
			t.Fatalf("%+v is left, %v; %d events up to %s, were %d up to %s", left, err, again.Len(), again.Last(), rec.Len(), rec.Last())
		}
	})
}
