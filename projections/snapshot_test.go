package projections

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"tally/eventlog"
)

// busy is a state with something in each of its parts.
func busy(t *testing.T) *world {
	w := newWorld(t)
	all(live(10, 20, 30), start(1, 100), history(1, 5, 10, 20), live(110), done(1), start(2, 200), history(2, 7), finish(2, eventlog.Cancelled),
		deleted(10, 999), start(3, 300), history(3, 5), live(310), ended(3, eventlog.NoPermission),
		pageOf(eventlog.Live, 0, 2, eventlog.Message{}, 320), told(eventlog.ChannelDeleted{Channel: 2}, eventlog.Unknown{Code: 99, Events: 3}))(w)
	return w
}

func save(t *testing.T, w *world) (path string) {
	t.Helper()
	if err := SaveSnapshot(w.log.Dir(), guildID, w.g.Encode()); err != nil {
		t.Fatal(err)
	}
	return snapshotPath(w.log.Dir(), guildID)
}

func wantLoaded(t *testing.T, w *world) {
	t.Helper()
	g, err := Load(w.log, guildID)
	if err != nil || !bytes.Equal(g.Encode(), w.g.Encode()) {
		t.Errorf("loaded %+v, %v\nwant %+v", g.Report(), err, w.g.Report())
	}
}

func TestSnapshotAndTail(t *testing.T) {
	w := busy(t)
	wantLoaded(t, w) // there is none
	save(t, w)
	wantLoaded(t, w)
	all(live(400, 410), deleted(400), finish(3, eventlog.Completed))(w)
	wantLoaded(t, w)
	if g, err := LoadSnapshot(w.log.Dir(), guildID); err != nil || g.Position() == w.g.Position() {
		t.Errorf("the snapshot stands at %s, %v", g.Position(), err)
	}
}

// TestDamagedSnapshotsAreIgnored writes a wrong state under each kind of damage: it must not be used.
func TestDamagedSnapshotsAreIgnored(t *testing.T) {
	for name, damage := range map[string]func(b []byte) []byte{
		"empty":       func(b []byte) []byte { return nil },
		"three bytes": func(b []byte) []byte { return b[:3] },
		"cut short":   func(b []byte) []byte { return b[:len(b)-1] },
		"longer":      func(b []byte) []byte { return append(b, 0) },
		"a bit":       func(b []byte) []byte { b[len(b)/2] ^= 4; return b },
		"the sum":     func(b []byte) []byte { b[0] ^= 1; return b },
		"zeros":       func(b []byte) []byte { return make([]byte, len(b)) },
	} {
		t.Run(name, func(t *testing.T) {
			w := busy(t)
			w.g.channels[1].cells[0].stream += 7 // if it were used, it would show
			path := save(t, w)
			w.g.channels[1].cells[0].stream -= 7
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, damage(b), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := LoadSnapshot(w.log.Dir(), guildID); err == nil {
				t.Error("it is read")
			}
			wantLoaded(t, w)
		})
	}
}

// TestSnapshotsOfOthersAreIgnored puts whole snapshots where they don't belong.
func TestSnapshotsOfOthersAreIgnored(t *testing.T) {
	w := busy(t)
	newer := w.g.Encode()
	newer[0] = stateVersion + 1
	other := NewGuild(guildID + 1)
	for name, state := range map[string][]byte{"another version's": newer, "another guild's": other.Encode()} {
		if err := SaveSnapshot(w.log.Dir(), guildID, state); err != nil {
			t.Fatal(err)
		}
		if _, err := LoadSnapshot(w.log.Dir(), guildID); err == nil {
			t.Errorf("%s is read", name)
		}
		wantLoaded(t, w)
	}
	if _, err := LoadSnapshot(t.TempDir(), guildID); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("where there is none: %v", err)
	}
}

// TestSnapshotBeyondTheLog is what an older log finds that was put back beside a newer snapshot.
func TestSnapshotBeyondTheLog(t *testing.T) {
	older := newWorld(t)
	all(live(10, 20))(older)
	if err := older.log.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(filepath.Join(older.log.Dir(), eventlog.FileName))
	if err != nil {
		t.Fatal(err)
	}
	log, err := eventlog.Open(older.log.Dir(), eventlog.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	newer := &world{t, log, older.g}
	all(live(30, 40))(newer)
	save(t, newer)
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}

	if err := os.WriteFile(filepath.Join(log.Dir(), eventlog.FileName), file, 0o600); err != nil {
		t.Fatal(err)
	}
	log, err = eventlog.Open(log.Dir(), eventlog.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = log.Close() })
	restored := &world{T: t, log: log}
	if restored.g, err = Load(log, guildID); err != nil {
		t.Fatal(err)
	}
	all(counts(2, 2), live(50), counts(3, 3))(restored)
	wantLoaded(t, restored) // the snapshot is still there, and the log now goes on another way
}

// FuzzDecode reads any bytes as a state. What is read is written as something that is read as the same.
func FuzzDecode(f *testing.F) {
	f.Add(NewGuild(1).Encode())
	f.Add([]byte{stateVersion, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		g, err := Decode(b)
		if err != nil {
			return
		}
		state := g.Encode()
		again, err := Decode(state)
		if err != nil || !bytes.Equal(again.Encode(), state) {
			t.Fatalf("%x is written as %x and then as %x, %v", b, state, again.Encode(), err)
		}
		_ = g.Report()
	})
}

func TestDecodeOfEveryCut(t *testing.T) {
	state := busy(t).g.Encode()
	for cut := range state {
		if _, err := Decode(state[:cut]); err == nil {
			t.Errorf("the first %d of %d bytes are a state", cut, len(state))
		}
	}
	if _, err := Decode(append(state, 0)); err == nil {
		t.Error("a byte more is a state")
	}
}
