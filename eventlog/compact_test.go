package eventlog

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"
	bolt "go.etcd.io/bbolt"
	"pgregory.net/rapid"

	"tally/eventlog/snowflake"
)

// always makes all of a log old enough.
const always = -time.Hour

func msClock(ms func() int64) func() time.Time {
	return func() time.Time { return time.UnixMilli(ms()) }
}

// compact takes all steps of a guild.
func compact(tb rapid.TB, l *Log, guild snowflake.ID, age time.Duration) (sum Compacted) {
	tb.Helper()
	for sum.More = true; sum.More; {
		step, err := l.CompactStep(guild, age)
		if err != nil {
			tb.Fatal(err)
		}
		sum.Add(step)
	}
	return sum
}

// eventsOf returns each event of some records as JSON, with its ULID.
func eventsOf(tb rapid.TB, records func(func(*Record, error) bool)) (events []string) {
	tb.Helper()
	for rec, err := range records {
		if err != nil {
			tb.Fatal(err)
		}
		for e, err := range rec.Events() {
			if err != nil {
				tb.Fatal(err)
			}
			b, err := json.Marshal(e)
			if err != nil {
				tb.Fatal(err)
			}
			events = append(events, string(b))
		}
	}
	return events
}

// appendTraffic appends so many records of live traffic, with something else among them, to two guilds.
func appendTraffic(tb rapid.TB, l *Log, people *traffic, records int) {
	tb.Helper()
	for n := range records {
		bodies := []Body{people.next(tb)}
		for people.r.IntN(4) == 0 {
			bodies = append(bodies, people.next(tb))
		}
		if people.r.IntN(90) == 0 {
			bodies = []Body{GapOpened{Gap: uint32(n + 1)}, Unknown{Code: 99, Events: 2, Payload: []byte{1}}}
		}
		if _, err := l.Append(1+snowflake.ID(people.r.IntN(8)/7), bodies); err != nil {
			tb.Fatal(err)
		}
	}
}

// TestCompactionWhileOthersRead joins records at any moment of a reading, in chunks of any size: the reader
// sees every event once, in order, and can go on after any of them.
func TestCompactionWhileOthersRead(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 1))
		people := newTraffic(r.Uint64(), 5, 20)
		l := open(t, t.TempDir(), Options{NoSync: true, Segment: 2 + r.IntN(30), Clock: msClock(func() int64 { return people.ms })})
		defer func() { _ = l.Close() }()
		appendTraffic(rt, l, people, 150)
		want := eventsOf(rt, l.Records(1, ulid.ULID{}))
		whole := eventsOf(rt, l.AllRecords(ulid.ULID{}))
		at := r.IntN(len(want))
		after := ulid.MustParseStrict(want[at][len(`{"ulid":"`):][:26])
		wantRest := eventsOf(rt, l.Records(1, after))
		disturbed := func(records func(func(*Record, error) bool)) func(func(*Record, error) bool) {
			return func(yield func(*Record, error) bool) {
				for rec, err := range records {
					if !yield(rec, err) {
						return
					}
					if r.IntN(20) == 0 {
						if _, err := l.CompactStep(1, always); err != nil {
							rt.Fatal(err)
						}
					}
				}
			}
		}
		size := 1 + r.IntN(2000)
		if got := eventsOf(rt, disturbed(l.records(1, reading{size: size}))); !slices.Equal(got, want) {
			rt.Fatalf("read %d events, want %d", len(got), len(want))
		}
		joined := eventsOf(rt, disturbed(l.records(1, reading{joined: true, size: size})))
		if slices.Sort(joined); !slices.Equal(joined, want) {
			rt.Fatalf("read %d events for a fold, want %d", len(joined), len(want))
		}
		ahead := 0
		for d, err := range l.decoded(1, reading{joined: true, size: size}) {
			if err != nil {
				rt.Fatal(err)
			}
			for _, body := range d.Bodies {
				ahead += body.Len()
			}
			if _, err := l.CompactStep(1, always); err != nil {
				rt.Fatal(err)
			}
		}
		if ahead != len(want) {
			rt.Fatalf("read %d events ahead, want %d", ahead, len(want))
		}
		compact(rt, l, 1, always)
		compact(rt, l, 2, always)
		if got := eventsOf(rt, l.AllRecords(ulid.ULID{})); !slices.Equal(got, whole) {
			rt.Fatalf("read %d events of all guilds, want %d", len(got), len(whole))
		}
		e, err := l.GetIn(1, after)
		if b, _ := json.Marshal(e); err != nil || string(b) != want[at] {
			rt.Fatalf("event %s is %s, %v", after, b, err)
		}
		if rest := eventsOf(rt, l.Records(1, after)); !slices.Equal(rest, wantRest) {
			rt.Fatalf("after %s %d events come, want %d", after, len(rest), len(wantRest))
		}
		if _, err := l.Check(func(err error) { rt.Error(err) }); err != nil {
			rt.Fatal(err)
		}
	})
}

// TestCrashAtEachStep compacts a log and looks after each transaction at what a crash would leave: all of it written but
// the file's head, and all of it.
func TestCrashAtEachStep(t *testing.T) {
	dir, people := t.TempDir(), newTraffic(1, 10, 50)
	l := open(t, dir, Options{NoSync: true, Segment: 100, Clock: msClock(func() int64 { return people.ms })})
	appendTraffic(t, l, people, 2500)
	want := eventsOf(t, l.AllRecords(ulid.ULID{}))
	read := func() []byte {
		b, err := os.ReadFile(filepath.Join(dir, FileName))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	steps := 0
	for more := true; more; steps++ {
		head := read()[:2*pageSize]
		step, err := l.CompactStep(1, always)
		if err != nil {
			t.Fatal(err)
		}
		more = step.More
		whole := read()
		for name, b := range map[string][]byte{"before": append(head, whole[2*pageSize:]...), "after": whole} {
			at := t.TempDir()
			if err := os.WriteFile(filepath.Join(at, FileName), b, 0o600); err != nil {
				t.Fatal(err)
			}
			wantEvents(t, at, want, fmt.Sprintf("step %d, %s", steps, name))
		}
	}
	if steps < 10 {
		t.Errorf("only %d steps", steps)
	}
}

func wantEvents(t *testing.T, dir string, want []string, when string) {
	t.Helper()
	l := open(t, dir, Options{NoSync: true, Segment: 100})
	defer func() { _ = l.Close() }()
	if _, err := l.Check(func(err error) { t.Errorf("%s: %v", when, err) }); err != nil {
		t.Fatal(when, err)
	}
	if got := eventsOf(t, l.AllRecords(ulid.ULID{})); !slices.Equal(got, want) {
		t.Fatalf("%s: %d events, want %d", when, len(got), len(want))
	}
}

// TestCompactionLeavesWhatIsDamaged joins what is around a damaged record. That one is still found and named.
func TestCompactionLeavesWhatIsDamaged(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir, Options{NoSync: true, Segment: 10})
	appendNumbered(t, l, 1, 100)
	var bad ulid.ULID
	n := 0
	for rec := range l.stored(1) {
		if n++; n == 45 {
			bad = rec.Base
		}
	}
	damageRecord(t, l, 1, bad)
	c := compact(t, l, 1, always)
	if c.Joined < 2 || c.Records < 70 {
		t.Errorf("%+v", c)
	}
	var faults []error
	if _, err := l.Check(func(err error) { faults = append(faults, err) }); err != nil || len(faults) != 1 {
		t.Fatalf("%v, %v", faults, err)
	}
	if named, ok := errors.AsType[*CorruptError](faults[0]); !ok || named.Record != bad {
		t.Errorf("%v", faults[0])
	}
}

// TestBitsOfJoinedRecords flips each bit of a joined record: the checksum finds it out, and where the checksum is made to
// fit nothing breaks.
func TestBitsOfJoinedRecords(t *testing.T) {
	l := open(t, t.TempDir(), Options{NoSync: true, Segment: 20})
	appendTraffic(t, l, newTraffic(1, 3, 4), 50)
	compact(t, l, 1, always)
	joined := false
	for rec := range l.stored(1) {
		if joined = rec.seams != nil; !joined {
			continue
		}
		value := append(make([]byte, headerSize), byte(blockSeams), byte(len(rec.seams)))
		value[0] = Version
		if len(rec.seams) > 127 {
			value = append(value[:headerSize+1], byte(len(rec.seams))|0x80, byte(len(rec.seams)>>7))
		}
		value = append(append(value, rec.seams...), rec.blocks...)
		seal(value, 1, rec.Base)
		base := rec.Base
		for i := range 8 * len(value) {
			value[i/8] ^= 1 << (i % 8)
			var bad Record
			if err := bad.open(1, base[:], value); err == nil {
				t.Fatalf("bit %d: not found out", i)
			}
			if i >= 8*headerSize {
				seal(value, 1, base)
				_ = bad.open(1, base[:], value)
				for _, err := range bad.parts() {
					_ = err
				}
				_ = bad.Last()
			}
			value[i/8] ^= 1 << (i % 8)
			seal(value, 1, base)
		}
		return
	}
	t.Fatal("nothing was joined")
}

// TestCompactionWaitsForAge joins what is older than a day and no more.
func TestCompactionWaitsForAge(t *testing.T) {
	l := open(t, t.TempDir(), Options{NoSync: true, Segment: 10})
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for hour := range 48 {
		for minute := range 10 {
			id := snowflake.At(at.Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute))
			if _, err := l.Append(1, []Body{page(t, Live, 5, id)}); err != nil {
				t.Fatal(err)
			}
		}
	}
	compact(t, l, 1, CompactAge)
	stored := 0
	for range l.stored(1) {
		stored++
	}
	if want := 1 + 25*10; stored != want { // the hour in which the day begins is not over
		t.Errorf("%d records, want %d", stored, want)
	}
	if c := compact(t, l, 1, CompactAge); c.Records > 0 {
		t.Errorf("again: %+v", c)
	}
}

// damageRecord flips a bit of a record.
func damageRecord(t *testing.T, l *Log, guild snowflake.ID, key ulid.ULID) {
	t.Helper()
	err := l.db.Update(func(tx *bolt.Tx) error {
		records := tx.Bucket(bucketRecords).Bucket(guildKey(guild))
		value := slices.Clone(records.Get(key[:]))
		value[len(value)-1] ^= 1
		return records.Put(key[:], value)
	})
	if err != nil {
		t.Fatal(err)
	}
}
