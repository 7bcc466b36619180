package eventlog

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"
	bolt "go.etcd.io/bbolt"

	"tally/eventlog/snowflake"
)

// stored is a record as it lies in the file.
type stored struct{ key, value []byte }

// writeRecords makes a log of guild 1 with n records, each a page of two messages and a delete, closes
// it, and returns its folder and the records.
func writeRecords(t *testing.T, n int) (dir string, records []stored) {
	t.Helper()
	dir = t.TempDir()
	l := open(t, dir, Options{NoSync: true})
	for i := range snowflake.ID(n) {
		p := newPage(t, Live, 0, 9, Message{10*i + 1, 70 + i, 0, 0}, Message{10*i + 6, 71 + i, 19, Bot})
		if _, err := l.Append(1, []Body{p, &Deletes{Channel: 9, List: []Delete{{ID: 10 * i}}}}); err != nil {
			t.Fatal(err)
		}
	}
	records = allStored(t, l)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return dir, records
}

func allStored(t *testing.T, l *Log) (records []stored) {
	t.Helper()
	err := l.db.View(func(tx *bolt.Tx) error {
		return tx.Bucket(bucketRecords).Bucket(guildKey(1)).ForEach(func(k, v []byte) error {
			records = append(records, stored{bytes.Clone(k), bytes.Clone(v)})
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return records
}

// flip changes a bit of a record in the file itself: in all copies of it, for bbolt leaves old pages behind.
func flip(t *testing.T, dir string, r stored, offset, bit int) {
	t.Helper()
	path := filepath.Join(dir, FileName)
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	whole, found := slices.Concat(r.key, r.value), 0
	for at := 0; ; found++ {
		next := bytes.Index(file[at:], whole)
		if next < 0 {
			break
		}
		at += next
		file[at+offset] ^= 1 << bit
		at += len(whole)
	}
	if err := os.WriteFile(path, file, 0o600); err != nil || found == 0 {
		t.Fatalf("%d copies changed: %v", found, err)
	}
}

// replace puts other values under records' keys, with bbolt's own hand.
func replace(t *testing.T, dir string, values map[int][]byte, records []stored) {
	t.Helper()
	db, err := bolt.Open(filepath.Join(dir, FileName), 0o600, &bolt.Options{Timeout: lockTimeout})
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bolt.Tx) error {
		for i, v := range values {
			if err := tx.Bucket(bucketRecords).Bucket(guildKey(1)).Put(records[i].key, v); err != nil {
				return err
			}
		}
		return nil
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

// wantBad opens a damaged log and asks that Check names the records bad and no others, that Records and
// Decoded give an error for each of them, and all others as they were.
func wantBad(t *testing.T, dir string, records []stored, chunk int, bad ...int) {
	t.Helper()
	l := open(t, dir, Options{NoSync: true})
	defer func() { _ = l.Close() }()
	var reports []string
	done, err := l.Check(func(err error) { reports = append(reports, err.Error()) })
	if err != nil || done.Records != len(records) {
		t.Errorf("Check ended after %d of %d records: %v", done.Records, len(records), err)
	}
	if named := strings.Join(reports, "\n"); strings.Count(named, "record") < len(bad) || len(bad) == 0 && named != "" {
		t.Errorf("Check reports %q, want %d bad records", reports, len(bad))
	}
	var good []ulid.ULID
	failed := 0
	for rec, err := range l.records(1, reading{size: chunk}) {
		if corrupt := (*CorruptError)(nil); errors.As(err, &corrupt) || errors.Is(err, ErrNewerVersion) {
			failed++
			for range rec.Bodies() {
				t.Error("a bad record has bodies")
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		good = append(good, rec.Base)
		for body, err := range rec.Bodies() {
			if err != nil {
				t.Fatal(err)
			}
			if p, ok := body.(*Page); ok && p.Last != p.First+5 {
				t.Errorf("message %d is handed out", p.Last)
			}
		}
	}
	var want []ulid.ULID
	for i, r := range records {
		if !slices.Contains(bad, i) {
			want = append(want, ulid.ULID(r.key))
		}
	}
	if !slices.Equal(good, want) || failed != len(bad) {
		t.Errorf("%d records and %d errors, want %d and %d", len(good), failed, len(want), len(bad))
	}
	good, failed = nil, 0
	for rec, err := range l.decoded(1, reading{size: chunk}) {
		if err != nil {
			failed++
		} else {
			good = append(good, rec.Base)
		}
	}
	if !slices.Equal(good, want) || failed != len(bad) {
		t.Errorf("decoded, %d records and %d errors, want %d and %d", len(good), failed, len(want), len(bad))
	}
}

// TestAnyFlippedBitIsFound flips each bit of a record, key and value, one after the other.
func TestAnyFlippedBitIsFound(t *testing.T) {
	dir, records := writeRecords(t, 12)
	for _, victim := range []int{0, 6, 11} {
		r := records[victim]
		for offset := range len(r.key) + len(r.value) {
			bit := offset % 8
			flip(t, dir, r, offset, bit)
			changed := stored{bytes.Clone(r.key), bytes.Clone(r.value)}
			if offset < 16 {
				changed.key[offset] ^= 1 << bit
			} else {
				changed.value[offset-16] ^= 1 << bit
			}
			wantBad(t, dir, records, 100, victim)
			if offset < 16 { // a key that stands in the wrong place must not lead a reader astray
				wantBad(t, dir, records, 1, victim)
			}
			if t.Failed() {
				t.Fatalf("record %d, byte %d, bit %d", victim, offset, bit)
			}
			flip(t, dir, changed, offset, bit)
		}
	}
	wantBad(t, dir, records, 100)
}

// TestKeyThatBecomesItsNeighbours flips a bit that makes two keys the same.
func TestKeyThatBecomesItsNeighbours(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir, Options{NoSync: true, Clock: func() time.Time { return time.UnixMilli(1e12) }})
	for id := range snowflake.ID(6) {
		if _, err := l.Append(1, []Body{newPage(t, Live, 0, 9, Message{ID: 10*id + 1}, Message{ID: 10*id + 6})}); err != nil {
			t.Fatal(err)
		}
	}
	records := allStored(t, l)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	flip(t, dir, records[3], 15, 1) // 6 becomes 4
	wantBad(t, dir, records, 1, 3)
}

// TestDamages is the table of what else can happen to a record.
func TestDamages(t *testing.T) {
	for name, c := range map[string]struct {
		damage func(values [][]byte) map[int][]byte
		bad    []int
	}{
		"nothing":             {func(v [][]byte) map[int][]byte { return map[int][]byte{3: v[3]} }, nil},
		"cut short":           {func(v [][]byte) map[int][]byte { return map[int][]byte{3: v[3][:len(v[3])-1]} }, []int{3}},
		"cut to its header":   {func(v [][]byte) map[int][]byte { return map[int][]byte{3: v[3][:headerSize]} }, []int{3}},
		"cut into its header": {func(v [][]byte) map[int][]byte { return map[int][]byte{3: v[3][:2]} }, []int{3}},
		"empty":               {func(v [][]byte) map[int][]byte { return map[int][]byte{3: {}} }, []int{3}},
		"a byte longer":       {func(v [][]byte) map[int][]byte { return map[int][]byte{3: append(v[3], 0)} }, []int{3}},
		"two values swapped":  {func(v [][]byte) map[int][]byte { return map[int][]byte{3: v[7], 7: v[3]} }, []int{3, 7}},
		"a value copied":      {func(v [][]byte) map[int][]byte { return map[int][]byte{3: v[4]} }, []int{3}},
		"of a newer version":  {func(v [][]byte) map[int][]byte { return map[int][]byte{3: append([]byte{Version + 1}, v[3][1:]...)} }, []int{3}},
		"of version 0":        {func(v [][]byte) map[int][]byte { return map[int][]byte{3: append([]byte{0}, v[3][1:]...)} }, []int{3}},
		"the first and last":  {func(v [][]byte) map[int][]byte { return map[int][]byte{0: {1}, 9: {1}} }, []int{0, 9}},
		"all of them": {func(v [][]byte) map[int][]byte {
			return map[int][]byte{0: v[1], 1: v[0], 2: {}, 3: {}, 4: {}, 5: {}, 6: {}, 7: {}, 8: {}, 9: {}}
		}, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}},
		"zeros in their place": {func(v [][]byte) map[int][]byte { return map[int][]byte{3: make([]byte, len(v[3]))} }, []int{3}},
	} {
		t.Run(name, func(t *testing.T) {
			dir, records := writeRecords(t, 10)
			var values [][]byte
			for _, r := range records {
				values = append(values, r.value)
			}
			replace(t, dir, c.damage(values), records)
			wantBad(t, dir, records, chunkSize, c.bad...)
			wantBad(t, dir, records, 1, c.bad...)
		})
	}
}

// TestAnotherGuildsRecordIsFound moves a record to another guild, under its own key.
func TestAnotherGuildsRecordIsFound(t *testing.T) {
	dir, records := writeRecords(t, 3)
	l := open(t, dir, Options{NoSync: true})
	err := l.db.Update(func(tx *bolt.Tx) error {
		b, err := tx.Bucket(bucketRecords).CreateBucket(guildKey(2))
		return errors.Join(err, b.Put(records[1].key, records[1].value))
	})
	if err != nil {
		t.Fatal(err)
	}
	var corrupt *CorruptError
	for _, err := range l.Records(2, ulid.ULID{}) {
		if !errors.As(err, &corrupt) || corrupt.Guild != 2 || corrupt.Record != ulid.ULID(records[1].key) {
			t.Errorf("%v", err)
		}
	}
	if corrupt == nil {
		t.Error("nothing is found")
	}
}

// TestRecordsThatOverlapAreFound seals a record whose ULIDs begin before those of the one before it end.
func TestRecordsThatOverlapAreFound(t *testing.T) {
	dir, records := writeRecords(t, 3)
	l := open(t, dir, Options{NoSync: true})
	key := advance(ulid.ULID(records[1].key), 2) // the third event of record 1
	value, _, err := encodeRecord([]Body{ChannelDeleted{5}})
	if err != nil {
		t.Fatal(err)
	}
	seal(value, 1, key)
	err = l.db.Update(func(tx *bolt.Tx) error { return tx.Bucket(bucketRecords).Bucket(guildKey(1)).Put(key[:], value) })
	if err != nil {
		t.Fatal(err)
	}
	var reports []error
	if _, err := l.Check(func(err error) { reports = append(reports, err) }); err != nil || len(reports) != 1 {
		t.Errorf("reported %v, %v", reports, err)
	}
}

// TestFindInADamagedSegment must not say that a message isn't there when it can't know.
func TestFindInADamagedSegment(t *testing.T) {
	dir, records := writeRecords(t, segmentRecords+10)
	replace(t, dir, map[int][]byte{7: records[8].value}, records)
	l := open(t, dir, Options{ReadOnly: true})
	var corrupt *CorruptError
	if found, err := l.Find(1, 9, 71, 76); !errors.As(err, &corrupt) {
		t.Errorf("found %v, %v", found, err)
	}
}

// TestGetBesideADamagedRecord asks for an event of guild 2 whose ULID falls behind a bad record of guild 1.
func TestGetBesideADamagedRecord(t *testing.T) {
	dir, records := writeRecords(t, 3)
	l := open(t, dir, Options{NoSync: true})
	want, err := l.Append(2, []Body{ChannelDeleted{5}})
	if err := errors.Join(err, l.Close()); err != nil {
		t.Fatal(err)
	}
	replace(t, dir, map[int][]byte{2: {1, 2, 3}}, records)
	l = open(t, dir, Options{NoSync: true})
	if e, err := l.Get(want); err != nil || e.Data != (ChannelDeleted{5}) {
		t.Errorf("%v, %v", e, err)
	}
	var corrupt *CorruptError
	if _, err := l.Get(ulid.ULID(records[2].key)); !errors.As(err, &corrupt) {
		t.Errorf("the event of the bad record: %v", err)
	}
}

// TestUnknownKindIsKept reads what a newer version wrote into a record of today's format.
func TestUnknownKindIsKept(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir, Options{NoSync: true})
	newer := Unknown{Code: 200, Events: 3, Payload: []byte{1, 2, 3, 4}}
	last, err := l.Append(1, []Body{page(t, Live, 5, 100), newer, ChannelDeleted{5}})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = open(t, dir, Options{ReadOnly: true})
	stats, err := l.Stats()
	if err != nil || stats.Unknown != 3 || stats.Events != 5 || stats.Guilds[0].Kinds[200] != 3 || stats.Last != last {
		t.Errorf("%+v, %v", stats, err)
	}
	done, err := l.Check(func(err error) { t.Error(err) })
	if err != nil || done.Unknown != 3 || done.Events != 5 {
		t.Errorf("%+v, %v", done, err)
	}
	e, err := l.Get(advance(last, -2)) // the second of the three
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil { // the event must not point into the file
		t.Fatal(err)
	}
	if got, ok := e.Data.(Unknown); !ok || !bytes.Equal(got.Payload, newer.Payload) || e.Kind.String() != "kind_200" {
		t.Errorf("%+v", e)
	}
}

// TestFileIsCutShort opens what a copy that broke off leaves behind.
func TestFileIsCutShort(t *testing.T) {
	dir, _ := writeRecords(t, 2000)
	whole, err := os.ReadFile(filepath.Join(dir, FileName))
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []int{1, 100, pageSize, 2 * pageSize, 3 * pageSize, 5*pageSize + 17} {
		for _, readOnly := range []bool{false, true} {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, FileName), whole[:size], 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := Open(dir, Options{ReadOnly: readOnly}); !errors.Is(err, ErrNotLog) {
				t.Errorf("%d bytes of %d, read only %v: %v", size, len(whole), readOnly, err)
			}
		}
	}
}
