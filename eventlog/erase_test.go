package eventlog

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"
	bolt "go.etcd.io/bbolt"
	"pgregory.net/rapid"

	"tally/eventlog/snowflake"
)

// appendHistory appends what an import tells of the traffic's people, in pages of many senders.
func appendHistory(tb rapid.TB, l *Log, people *traffic, guild snowflake.ID, pages int) {
	tb.Helper()
	if _, err := l.Append(guild, []Body{ImportStarted{Import: 1, Cutoff: 1 << 62, By: people.people[0], In: 5}}); err != nil {
		tb.Fatal(err)
	}
	for n := range pages {
		var messages []Message
		for i := range 1 + people.r.IntN(100) {
			messages = append(messages, Message{ID: snowflake.ID(1000*n + i), Author: people.people[people.r.IntN(len(people.people))]})
		}
		if n == 5 {
			if _, err := l.Append(guild, []Body{SettingsChanged{By: people.people[1], Settings: Settings{Bots: true, Zone: "UTC"}}}); err != nil {
				tb.Fatal(err)
			}
		}
		p := newPage(tb, []Origin{Import, Repair}[n%2], 1, people.channels[0], messages...)
		d := &Deletes{Channel: p.Channel, List: []Delete{{ID: p.First, Held: HeldRunning, Author: p.Message(0).Author}, {ID: 5}}}
		if _, err := l.Append(guild, []Body{p, d}); err != nil {
			tb.Fatal(err)
		}
	}
}

// without returns events as they are to be when authors were erased.
func without(events []string, authors ...snowflake.ID) []string {
	events = slices.Clone(events)
	for i, e := range events {
		for _, author := range authors {
			for _, field := range []string{"author_id", "by"} {
				e = strings.Replace(e, fmt.Sprintf(`"%s":"%d"`, field, author), fmt.Sprintf(`"%s":"%d"`, field, Anonymous), 1)
			}
		}
		events[i] = e
	}
	return events
}

func wantSame(tb rapid.TB, when string, got, want []string) {
	tb.Helper()
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			tb.Fatalf("%s: event %d is\n%s, want\n%s", when, i, got[i], want[i])
		}
	}
	if len(got) != len(want) {
		tb.Fatalf("%s: %d events, want %d", when, len(got), len(want))
	}
}

func hide(tb rapid.TB, l *Log, guild snowflake.ID, authors ...snowflake.ID) {
	tb.Helper()
	for _, author := range authors {
		if err := l.Hide(guild, author); err != nil {
			tb.Fatal(err)
		}
	}
}

// TestErase erases people one after the other at any time, while others append, join records and read: from when
// they are hidden nobody finds them, and everything else stays as it was, to the ULID.
func TestErase(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 1))
		people := newTraffic(r.Uint64(), 5, 8)
		dir := t.TempDir()
		l := open(t, dir, Options{NoSync: true, Segment: 2 + r.IntN(30), Clock: msClock(func() int64 { return people.ms })})
		defer func() { _ = l.Close() }()
		appendHistory(rt, l, people, 1, r.IntN(20))
		appendTraffic(rt, l, people, r.IntN(200))
		var gone []snowflake.ID
		for range 1 + r.IntN(3) {
			if r.IntN(2) == 0 {
				compact(rt, l, 1, always)
			}
			whole, others := eventsOf(rt, l.Records(1, ulid.ULID{})), eventsOf(rt, l.Records(2, ulid.ULID{}))
			author := people.people[r.IntN(len(people.people))]
			gone = append(gone, author)
			hide(rt, l, 1, author)
			want := without(whole, author)
			wantSame(rt, "hidden", eventsOf(rt, l.Records(1, ulid.ULID{})), want)
			e := eraser{guild: 1, authors: []snowflake.ID{author}, write: true, size: 1 + r.IntN(3000)}
			for !e.ended {
				if err := l.eraseStep(&e); err != nil {
					rt.Fatal(err)
				}
				if r.IntN(3) == 0 {
					if _, err := l.CompactStep(1, always); err != nil {
						rt.Fatal(err)
					}
				}
			}
			wantSame(rt, "being erased", eventsOf(rt, l.Records(1, ulid.ULID{})), want)
			if found, err := l.Naming(context.Background(), 1, author); err != nil || found.Records > 0 {
				rt.Fatalf("%+v is left, %v", found, err)
			}
			done, err := l.Erase(context.Background(), 1)
			if err != nil || done.Messages+done.Others != 0 || len(l.Hidden(1)) != 0 {
				rt.Fatalf("erasing again did %+v, %v", done, err)
			}
			for _, reopened := range []bool{false, true} {
				if reopened {
					if err := l.Close(); err != nil {
						rt.Fatal(err)
					}
					l = open(t, dir, Options{NoSync: true, Segment: l.segment, Clock: msClock(func() int64 { return people.ms })})
				}
				wantSame(rt, "erased", eventsOf(rt, l.Records(1, ulid.ULID{})), want)
				wantSame(rt, "another guild", eventsOf(rt, l.Records(2, ulid.ULID{})), others)
			}
			wantFindable(rt, l, want)
			appendTraffic(rt, l, people, 20)
		}
		before := eventsOf(rt, l.Records(2, ulid.ULID{}))
		if _, err := l.Naming(context.Background(), 2, gone[0]); err != nil {
			rt.Fatal(err)
		}
		wantSame(rt, "naming", eventsOf(rt, l.Records(2, ulid.ULID{})), before)
		if _, err := l.Check(func(err error) { rt.Error(err) }); err != nil {
			rt.Fatal(err)
		}
	})
}

// wantFindable looks a few messages up by the index, and finds them under the authors that the events tell.
func wantFindable(rt *rapid.T, l *Log, events []string) {
	n := 0
	for rec, err := range l.Records(1, ulid.ULID{}) {
		if err != nil {
			rt.Fatal(err)
		}
		for body := range rec.Bodies() {
			p, ok := body.(*Page)
			if n++; !ok || n%7 != 0 {
				continue
			}
			m := p.Message(0)
			found, err := l.Find(1, p.Channel, m.ID)
			if err != nil || !slices.ContainsFunc(found, func(f Found) bool { return f.Message == m }) {
				rt.Fatalf("%+v was not found, but %+v, %v", m, found, err)
			}
		}
	}
}

// forms are the bytes by which an author can stand in the file.
func forms(author snowflake.ID) [][]byte {
	return [][]byte{binary.AppendUvarint(nil, uint64(author)), binary.BigEndian.AppendUint64(nil, uint64(author)), []byte(author.String())}
}

func named(t *testing.T, dir string, author snowflake.ID) (times int) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		for _, form := range forms(author) {
			times += bytes.Count(b, form)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return times
}

// appendNaming appends records in which an author's id stands literally, on pages that are written again and again.
func appendNaming(t *testing.T, l *Log, guild, author snowflake.ID, records int) {
	t.Helper()
	for n := range records {
		m := Message{ID: snowflake.AtMs(1_780_000_000_000 + int64(n)), Author: author}
		bodies := []Body{newPage(t, Live, 0, 9, m)}
		if n%10 == 0 {
			bodies = append(bodies, &Deletes{Channel: 8, List: []Delete{{ID: m.ID + 1, Held: HeldStream, Author: author}}})
		}
		if n%100 == 50 {
			bodies = []Body{ImportStarted{Import: uint32(n), By: author}}
		}
		if _, err := l.Append(guild, bodies); err != nil {
			t.Fatal(err)
		}
	}
}

// TestErasedBytesAreGone reads the file itself: neither records nor free pages tell of who was erased, also where
// somebody reads an old state of the file meanwhile, and copies that a crash has left are gone.
func TestErasedBytesAreGone(t *testing.T) {
	const author = snowflake.ID(1175168611162001408)
	dir := t.TempDir()
	l := open(t, dir, Options{NoSync: true, Segment: 100})
	appendNaming(t, l, 1, author, 300)
	if joined := compact(t, l, 1, always); joined.Joined == 0 {
		t.Fatal("nothing was joined")
	}
	appendNaming(t, l, 1, author, 700)
	leftover := filepath.Join(dir, shrunkName)
	if err := os.WriteFile(leftover, forms(author)[0], 0o600); err != nil {
		t.Fatal(err)
	}
	before := named(t, dir, author)
	reader, err := l.db.Begin(false)
	if err != nil {
		t.Fatal(err)
	}
	read := make(chan struct{})
	time.AfterFunc(50*time.Millisecond, func() {
		defer close(read)
		if records := reader.Bucket(bucketRecords).Bucket(guildKey(1)); records.Stats().KeyN < 700 {
			t.Error("a reader's records were overwritten")
		}
		_ = reader.Rollback()
	})
	hide(t, l, 1, author)
	done, err := l.Erase(context.Background(), 1)
	if err != nil || done.Messages != 990 || len(done.Damaged) > 0 {
		t.Fatalf("erased %+v, %v", done, err)
	}
	<-read
	if swept, err := l.Swept(); !swept || err != nil {
		t.Errorf("swept: %v, %v", swept, err)
	}
	if times := named(t, dir, author); times != 0 {
		t.Errorf("the author stood %d times in the folder and still does %d times", before, times)
	}
	if before < 700 {
		t.Errorf("the author stood %d times in the folder", before)
	}
	if _, err := os.Stat(leftover); !errors.Is(err, os.ErrNotExist) {
		t.Error("a copy of the log is left")
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if fi, _ := os.Stat(filepath.Join(dir, FileName)); fi.Size() > 2<<20 {
		t.Errorf("the file has grown to %d bytes", fi.Size())
	}
}

// TestEraseReportsWhatIsDamaged erases around a damaged record, and says which it is.
func TestEraseReportsWhatIsDamaged(t *testing.T) {
	dir, records := writeRecords(t, 30)
	flip(t, dir, records[10], len(records[10].key)+headerSize+3, 2)
	l := open(t, dir, Options{NoSync: true})
	hide(t, l, 1, 80, 90)
	done, err := l.Erase(context.Background(), 1)
	var damaged *CorruptError
	if err != nil || done.Messages != 3 || done.Records != 3 || len(done.Damaged) != 1 || !errors.As(done.Damaged[0], &damaged) {
		t.Fatalf("erased %+v, %v", done, err)
	}
	if string(damaged.Record[:]) != string(records[10].key) {
		t.Errorf("%s is damaged", damaged.Record)
	}
	if now := allStored(t, l); string(now[10].value[:headerSize]) != string(records[10].value[:headerSize]) || len(now) != 30 {
		t.Error("the damaged record was written anew")
	}
}

// TestEraseGuild takes one of two guilds out of the log, in the middle of a segment, and lets it come again.
func TestEraseGuild(t *testing.T) {
	const author = snowflake.ID(1175168611162001408)
	dir := t.TempDir()
	l := open(t, dir, Options{NoSync: true, Segment: 100})
	appendNaming(t, l, 1, author, 1250)
	appendNaming(t, l, 2, author+1, 150)
	compact(t, l, 1, always)
	hide(t, l, 1, 7)
	if err := l.SetCovered(map[snowflake.ID]snowflake.ID{1: 5, 2: 6}); err != nil {
		t.Fatal(err)
	}
	others := eventsOf(t, l.Records(2, ulid.ULID{}))
	if err := l.EraseGuild(1); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := l.Sweep(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("a sweep that is stopped: %v", err)
	}
	appendNaming(t, l, 1, author+2, 120)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = open(t, dir, Options{NoSync: true, Segment: 100})
	if swept, err := l.Swept(); swept || err != nil {
		t.Fatalf("swept: %v, %v", swept, err)
	}
	if err := l.Sweep(context.Background()); err != nil {
		t.Fatal(err)
	}
	if times := named(t, dir, author); times != 0 {
		t.Errorf("the author still stands %d times in the folder", times)
	}
	if mark, err := l.Covered(1); mark != 0 || err != nil {
		t.Errorf("covered up to %d, %v", mark, err)
	}
	wantSame(t, "another guild", eventsOf(t, l.Records(2, ulid.ULID{})), others)
	ids := messageIDs(t, l, 1, ulid.ULID{})
	for _, id := range ids {
		if found, err := l.Find(1, 9, id); err != nil || len(found) != 1 {
			t.Fatalf("message %d was found %d times, %v", id, len(found), err)
		}
	}
	if len(ids) != 119 {
		t.Errorf("%d messages came since", len(ids))
	}
	compact(t, l, 1, always)
	if _, err := l.Check(func(err error) { t.Error(err) }); err != nil {
		t.Fatal(err)
	}
	left := 0
	if err := l.db.View(func(tx *bolt.Tx) error {
		return tx.ForEach(func(name []byte, b *bolt.Bucket) error {
			if string(name) == string(bucketErased) || string(name) == string(bucketScrub) {
				left++
			}
			return nil
		})
	}); err != nil || left > 0 {
		t.Errorf("%d buckets are left, %v", left, err)
	}
}

// TestEraseKeepsWhatIsNewer rewrites a record that a newer version wrote, with a field more and a kind more.
func TestEraseKeepsWhatIsNewer(t *testing.T) {
	started := append(ImportStarted{Import: 1, By: 700}.appendPayload(nil), 42)
	value, _, err := appendBlocks(make([]byte, headerSize), []Body{
		Unknown{Code: KindImportStarted, Events: 1, Payload: started}, Unknown{Code: 99, Events: 2, Payload: []byte{1}},
	})
	if err != nil {
		t.Fatal(err)
	}
	value[0] = Version
	key := ulid.ULID{5: 1}
	seal(value, 1, key)
	var rec Record
	if err := rec.open(1, key[:], value); err != nil {
		t.Fatal(err)
	}
	e := eraser{guild: 1, authors: []snowflake.ID{700}}
	made, err := e.rewrite(&rec)
	if err != nil || rec.open(1, key[:], made.value) != nil {
		t.Fatal(err)
	}
	var payloads [][]byte
	for b := range rec.blocksOf() {
		payloads = append(payloads, b.payload)
	}
	if want := append(ImportStarted{Import: 1, By: Anonymous}.appendPayload(nil), 42); len(payloads) != 2 || string(payloads[0]) != string(want) {
		t.Errorf("the blocks are %v, want %v first", payloads, want)
	}
}
