package eventlog

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"
	"go.uber.org/goleak"

	"tally/eventlog/snowflake"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(helperDir); dir != "" {
		os.Exit(help(dir))
	}
	if dir := os.Getenv(compactDir); dir != "" {
		os.Exit(helpCompact(dir))
	}
	if dir := os.Getenv(eraseDir); dir != "" {
		os.Exit(helpErase(dir))
	}
	goleak.VerifyTestMain(m)
}

func open(t *testing.T, dir string, o Options) *Log {
	t.Helper()
	l, err := Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func page(t *testing.T, origin Origin, channel snowflake.ID, ids ...snowflake.ID) *Page {
	t.Helper()
	var messages []Message
	for _, id := range ids {
		messages = append(messages, Message{ID: id, Author: 7 + id%3})
	}
	p, err := NewPage(origin, 0, channel, messages)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// messageIDs reads the ids of all messages of a guild, in the log's order.
func messageIDs(t *testing.T, l *Log, guild snowflake.ID, after ulid.ULID) []snowflake.ID {
	t.Helper()
	var ids []snowflake.ID
	for rec, err := range l.Records(guild, after) {
		if err != nil {
			t.Fatal(err)
		}
		for body, err := range rec.Bodies() {
			if err != nil {
				t.Fatal(err)
			}
			if p, ok := body.(*Page); ok {
				ids = append(ids, p.IDs()...)
			}
		}
	}
	return ids
}

func TestOpenMakesAPrivateFile(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	open(t, dir, Options{})
	for path, want := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, FileName): 0o600} {
		if fi, err := os.Stat(path); err != nil || fi.Mode().Perm() != want {
			t.Errorf("%s has mode %v (%v), want %v", path, fi.Mode().Perm(), err, want)
		}
	}
}

func TestOpenErrors(t *testing.T) {
	held := t.TempDir()
	open(t, held, Options{})
	garbage := t.TempDir()
	if err := os.WriteFile(filepath.Join(garbage, FileName), make([]byte, 1<<16), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		dir  string
		o    Options
		want error
	}{
		"held by another":           {held, Options{}, ErrInUse},
		"held by another, reading":  {held, Options{ReadOnly: true}, ErrInUse},
		"nothing there to be read":  {t.TempDir(), Options{ReadOnly: true}, ErrNoLog},
		"a file that is not a bolt": {garbage, Options{}, ErrNotLog},
	} {
		if _, err := Open(c.dir, c.o); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
}

func TestAppendIsReadBack(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir, Options{NoSync: true})
	var want []snowflake.ID
	for i := range snowflake.ID(600) {
		ids := []snowflake.ID{i*10 + 1, i*10 + 5}
		if _, err := l.Append(1, []Body{page(t, Live, 100+i%3, ids...)}); err != nil {
			t.Fatal(err)
		}
		want = append(want, ids...)
	}
	if got := messageIDs(t, l, 1, ulid.ULID{}); !slices.Equal(got, want) {
		t.Fatalf("read %d ids, want %d", len(got), len(want))
	}
	if got := messageIDs(t, l, 2, ulid.ULID{}); got != nil {
		t.Fatalf("another guild has %v", got)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = open(t, dir, Options{ReadOnly: true})
	if got := messageIDs(t, l, 1, ulid.ULID{}); !slices.Equal(got, want) {
		t.Fatalf("after reopening, read %d ids, want %d", len(got), len(want))
	}
	if _, err := l.Append(1, []Body{page(t, Live, 1, 1)}); err == nil {
		t.Error("a log opened for reading takes events")
	}
}

func TestRecordsFromAnyULID(t *testing.T) {
	l := open(t, t.TempDir(), Options{NoSync: true})
	var all []Event
	for i := range snowflake.ID(300) {
		if _, err := l.Append(1, []Body{page(t, Live, 9, i*3+1, i*3+2, i*3+3)}); err != nil {
			t.Fatal(err)
		}
	}
	for rec, err := range l.Records(1, ulid.ULID{}) {
		if err != nil {
			t.Fatal(err)
		}
		for e, err := range rec.Events() {
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, e)
		}
	}
	for i, e := range all {
		got := messageIDs(t, l, 1, e.ULID)
		wantFirst := snowflake.ID(i/3*3 + 1) // the record that holds the next event
		if (i+1)%3 == 0 {
			wantFirst += 3
		}
		if len(got) == 0 != (i == len(all)-1) || len(got) > 0 && got[0] != wantFirst {
			t.Fatalf("after event %d: %d messages from %v, want from %d", i, len(got), got[:min(1, len(got))], wantFirst)
		}
		if one, err := l.Get(e.ULID); err != nil || one != e {
			t.Fatalf("Get(%s) = %v, %v; want %v", e.ULID, one, err, e)
		}
	}
	if _, err := l.Get(ulid.Make()); !errors.Is(err, ErrNotFound) {
		t.Errorf("Get of an unknown ULID: %v", err)
	}
}

func TestULIDsRiseWhateverTheClockDoes(t *testing.T) {
	dir := t.TempDir()
	now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	var last ulid.ULID
	for i, step := range []time.Duration{0, time.Hour, -48 * time.Hour, time.Millisecond, -365 * 24 * time.Hour, 0} {
		now = now.Add(step)
		l := open(t, dir, Options{Clock: func() time.Time { return now }})
		for j := range 3 {
			got, err := l.Append(snowflake.ID(1+j), []Body{page(t, Live, 1, snowflake.ID(i*10+j+1), 1000)})
			if err != nil {
				t.Fatal(err)
			}
			if got.Compare(last) <= 0 {
				t.Fatalf("step %d: %s follows %s", i, got, last)
			}
			last = got
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAppendFromMany(t *testing.T) {
	l := open(t, t.TempDir(), Options{NoSync: true})
	var wg sync.WaitGroup
	for c := range snowflake.ID(16) {
		wg.Go(func() {
			var last ulid.ULID
			for i := range snowflake.ID(50) {
				got, err := l.Append(1+c%2, []Body{page(t, Live, c, i+1)})
				if err != nil || got.Compare(last) <= 0 {
					t.Errorf("caller %d: %s after %s, %v", c, got, last, err)
					return
				}
				last = got
			}
		})
	}
	wg.Wait()
	var last ulid.ULID
	n := 0
	for rec, err := range l.AllRecords(ulid.ULID{}) {
		if err != nil {
			t.Fatal(err)
		}
		if rec.Base.Compare(last) <= 0 {
			t.Fatalf("%s comes after %s", rec.Base, last)
		}
		last = rec.Last()
		n += rec.Len()
	}
	if n != 16*50 {
		t.Errorf("%d events, want %d", n, 16*50)
	}
}

func TestAppendIsAllOrNothing(t *testing.T) {
	l := open(t, t.TempDir(), Options{NoSync: true})
	good := []Body{page(t, Live, 1, 1)}
	if _, err := l.Append(1, good, []Body{&Deletes{Channel: 1}}); err == nil {
		t.Fatal("a record without events was taken")
	}
	if got := messageIDs(t, l, 1, ulid.ULID{}); got != nil {
		t.Fatalf("the log holds %v of a call that failed", got)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Append(1, good); !errors.Is(err, ErrClosed) {
		t.Errorf("append after close: %v", err)
	}
}

func ExampleLog_Append() {
	dir, _ := os.MkdirTemp("", "tally")
	defer func() { _ = os.RemoveAll(dir) }()
	l, _ := Open(dir, Options{})
	defer func() { _ = l.Close() }()

	p, _ := NewPage(Live, 0, 200, []Message{{ID: 1574447769190400000, Author: 9}})
	_, _ = l.Append(100, []Body{p})

	for rec, err := range l.Records(100, ulid.ULID{}) {
		for e := range rec.Events() {
			fmt.Println(e.Kind, e.Data.(MessageEvent).ID, err)
		}
	}
	// Output: message 1574447769190400000 <nil>
}

// TestAppendAllocatesForPagesOnly appends pages of 100 messages: what is allocated is for records and for the file's
// pages, not for messages.
func TestAppendAllocatesForPagesOnly(t *testing.T) {
	l := open(t, t.TempDir(), Options{NoSync: true})
	var records [][]Body
	for _, p := range burst(t, 250, 100) {
		records = append(records, []Body{p})
	}
	allocated := testing.AllocsPerRun(5, func() {
		if _, err := l.Append(1, records...); err != nil {
			t.Fatal(err)
		}
	})
	if messages := 250.0 * 100; allocated > messages/5 {
		t.Errorf("%.0f allocations for %.0f messages", allocated, messages)
	}
}
