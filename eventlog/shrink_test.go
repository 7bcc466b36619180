package eventlog

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/oklog/ulid/v2"
	berrors "go.etcd.io/bbolt/errors"
)

// TestShrink rewrites a compacted log: the file is smaller, everything in it is the same, and it can be written on.
func TestShrink(t *testing.T) {
	dir, people := t.TempDir(), newTraffic(1, 10, 50)
	l := open(t, dir, Options{NoSync: true, Segment: 100, Clock: msClock(func() int64 { return people.ms })})
	appendTraffic(t, l, people, 3000)
	want := eventsOf(t, l.AllRecords(ulid.ULID{}))
	compact(t, l, 1, always)
	if _, err := Shrink(dir, nil); !errors.Is(err, ErrInUse) {
		t.Errorf("while it is held: %v", err)
	}
	id := l.position.id
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, shrunkName), []byte("left over"), 0o600); err != nil {
		t.Fatal(err)
	}
	told := int64(0)
	size, err := Shrink(dir, func(done, about int64) { told = max(told, done) })
	if err != nil || size.After*2 > size.Before || told == 0 {
		t.Errorf("%+v, %v, told of %d bytes", size, err, told)
	}
	if fi, err := os.Stat(filepath.Join(dir, FileName)); err != nil || fi.Size() != size.After || fi.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v, %v", fi, err)
	}
	if _, err := os.Stat(filepath.Join(dir, shrunkName)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the new file is left under its first name: %v", err)
	}
	wantEvents(t, dir, want, "shrunk")
	l = open(t, dir, Options{NoSync: true})
	appendTraffic(t, l, people, 10)
	if got := eventsOf(t, l.AllRecords(ulid.ULID{})); len(got) < len(want)+10 || !slices.Equal(got[:len(want)], want) || l.position.id != id {
		t.Errorf("%d events, before it were %d", len(got), len(want))
	}
}

// TestNobodyWritesToAFileWithoutName: who has opened the log just before another file took its place is turned away.
func TestNobodyWritesToAFileWithoutName(t *testing.T) {
	path, other := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if err := hasName(f, path); err != nil {
		t.Error(err)
	}
	if err := errors.Join(os.WriteFile(other, nil, 0o600), os.Rename(other, path)); err != nil {
		t.Fatal(err)
	}
	if err := hasName(f, path); !errors.Is(err, berrors.ErrTimeout) {
		t.Errorf("%v", err)
	}
}
