package gate

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"

	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

const (
	leaver = snowflake.ID(1175168611162001408)
	stayer = leaver + 1<<22
)

func counts(g *Gate, user snowflake.ID) (c projections.Count) {
	g.View(func(state *projections.Guild) { c = state.User(user) })
	return c
}

// wantReplayed holds the live state against a replay, byte for byte.
func wantReplayed(t *testing.T, g *Gate) {
	t.Helper()
	write(t, g)
	replayed, err := projections.Replay(g.log, guildID, ulid.ULID{})
	must(t, err)
	g.View(func(state *projections.Guild) {
		if !bytes.Equal(replayed.Encode(), state.Encode()) {
			t.Errorf("live %+v\nreplayed %+v", state.Report(), replayed.Report())
		}
	})
}

// named counts the places in a folder's files where a user's id stands.
func named(t *testing.T, dir string, user snowflake.ID) (times int) {
	t.Helper()
	must(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		for _, form := range [][]byte{binary.AppendUvarint(nil, uint64(user)), binary.BigEndian.AppendUint64(nil, uint64(user)), []byte(user.String())} {
			times += bytes.Count(b, form)
		}
		return err
	}))
	return times
}

// fill gives the gate what a guild's life brings: live messages, an import, a file, deletes of both.
func fill(t *testing.T, g *Gate) {
	t.Helper()
	for id := snowflake.ID(100); id < 120; id++ {
		must(t, g.Live(t.Context(), said(1, []snowflake.ID{leaver, stayer}[id%2], id)[0]))
	}
	write(t, g, eventlog.ImportStarted{Import: 1, Cutoff: 200, By: leaver, In: 1})
	must(t, g.Page(t.Context(), eventlog.Import, 1, 1, said(1, leaver, 10, 11, 12, 13)))
	must(t, g.Page(t.Context(), eventlog.Import, 1, 1, said(1, stayer, 5, 6)))
	must(t, g.Deleted(t.Context(), 1, 11, 102, 103))
	write(t, g, eventlog.ImportChannelFinished{Import: 1, Channel: 1, Outcome: eventlog.Completed}, eventlog.ImportFinished{Import: 1, Outcome: eventlog.Completed})
	if _, err := g.Archive(t.Context(), 2, said(2, leaver, 20, 21)); err != nil {
		t.Fatal(err)
	}
	must(t, g.Live(t.Context(), said(1, leaver, 300)[0]))
	must(t, g.Deleted(t.Context(), 1, 300))
	must(t, g.Live(t.Context(), said(1, leaver, 301)[0]))
	write(t, g)
}

// TestErase erases somebody: the totals stay, a replay gives the same, no file names him, and whatever comes of him
// later, in whichever way, counts and names nobody, also after a restart.
func TestErase(t *testing.T) {
	dir := t.TempDir()
	log := openLog(t, dir)
	g := openGate(t, log)
	fill(t, g)
	g.Close() // a snapshot names him
	g = openGate(t, log)
	all, own := total(g), counts(g, leaver)
	if own.Messages != 6 || own.Deleted == 0 || named(t, dir, leaver) < 5 {
		t.Fatalf("of %d messages he wrote %+v, and stands %d times in the folder", all, own, named(t, dir, leaver))
	}
	done, err := g.Erase(t.Context(), leaver)
	must(t, err)
	check := func(when string, messages uint64) {
		t.Helper()
		wantReplayed(t, g)
		if n := counts(g, eventlog.Anonymous); n.Messages != messages || n.Deleted != own.Deleted || counts(g, leaver) != (projections.Count{}) || total(g) != all {
			t.Fatalf("%s: of %d messages nobody wrote %+v, and he %+v", when, total(g), n, counts(g, leaver))
		}
		if g.Author(leaver) != eventlog.Anonymous || g.Author(stayer) != stayer {
			t.Errorf("%s: the wrong one is anonymous", when)
		}
	}
	check("at once", 6)
	if done.Messages == 0 || done.Others < 3 || len(done.Damaged) > 0 {
		t.Errorf("erased %+v", done)
	}
	g.Close()
	must(t, log.Close())
	if times := named(t, dir, leaver); times > 0 {
		t.Errorf("he still stands %d times in the folder", times)
	}
	log = openLog(t, dir)
	defer func() { must(t, log.Close()) }()
	g = openGate(t, log)
	defer func() { g.Close() }()
	check("after a restart", 6)
	must(t, g.Live(t.Context(), said(1, leaver, 400)[0]))
	must(t, g.Page(t.Context(), eventlog.Catchup, 0, 1, said(1, leaver, 401)))
	_, err = g.Archive(t.Context(), 2, said(2, leaver, 402))
	must(t, err)
	must(t, g.Page(t.Context(), eventlog.Repair, 0, 1, said(1, leaver, 7)))
	all += 4
	check("later messages", 10)
	must(t, g.Deleted(t.Context(), 1, 400))
	all, own.Deleted = all-1, own.Deleted+1
	check("a later delete", 9)
	write(t, g, eventlog.ImportStarted{Import: 2, Cutoff: 1000, By: leaver, Forced: true})
	must(t, g.Page(t.Context(), eventlog.Import, 2, 1, said(1, leaver, 7, 10, 12, 13, 301, 401)))
	must(t, g.Page(t.Context(), eventlog.Import, 2, 1, said(1, stayer, 5, 6)))
	write(t, g, eventlog.ImportChannelFinished{Import: 2, Channel: 1, Outcome: eventlog.Completed}, eventlog.ImportFinished{Import: 2, Outcome: eventlog.Completed})
	check("imported again", 9)
	again, err := g.Erase(t.Context(), leaver)
	if err != nil || again.Records > 0 {
		t.Errorf("erasing again did %+v, %v", again, err)
	}
	if left, err := log.Naming(t.Context(), guildID, leaver); err != nil || left.Records > 0 {
		t.Errorf("he came in again: %+v, %v", left, err)
	}
}

// TestEraseUnderTraffic erases while messages come and a recount runs that read the log before.
func TestEraseUnderTraffic(t *testing.T) {
	g := newGate(t)
	fill(t, g)
	stop, sent := make(chan struct{}), make(chan snowflake.ID)
	go func() {
		id := snowflake.ID(10_000)
		for ; ; id++ {
			select {
			case <-stop:
				sent <- id - 10_000
				return
			default:
				_ = g.Live(t.Context(), said(1, []snowflake.ID{leaver, stayer}[id%2], id)[0])
			}
		}
	}()
	before := total(g)
	_, err := g.Erase(t.Context(), leaver)
	must(t, err)
	close(stop)
	n := <-sent
	wantReplayed(t, g)
	if c := counts(g, leaver); c.Messages > 0 || total(g) < uint64(n) || total(g) < before {
		t.Errorf("%d came while he was erased; he has %d, all have %d", n, c.Messages, total(g))
	}
}

// TestRecountBesideAnErasure swaps in a count whose replay began before somebody was erased: it must not bring him back.
func TestRecountBesideAnErasure(t *testing.T) {
	g := newGate(t)
	fill(t, g)
	key, err := eventlog.MakeKey(g.log.Dir())
	must(t, err)
	release := held(t, g)
	recounted, erased := make(chan error, 1), make(chan error, 1)
	go func() { erased <- g.submit(t.Context(), &job{erase: &erasure{leaver, key, key.Hash(guildID, leaver)}}) }()
	for len(g.jobs.waiting) == 0 {
		time.Sleep(time.Millisecond)
	}
	go func() { recounted <- g.Recount(t.Context(), nil) }()
	for len(g.jobs.waiting) < 2 { // the replay is done, before the erasure
		time.Sleep(time.Millisecond)
	}
	release()
	must(t, <-recounted)
	must(t, <-erased)
	if c := counts(g, leaver); c.Messages+c.Deleted > 0 {
		t.Errorf("he is back: %+v", c)
	}
	wantReplayed(t, g)
}

// TestErasureGoesOn stops right after somebody was hidden: nobody finds him from then on, and the next start rewrites.
func TestErasureGoesOn(t *testing.T) {
	dir := t.TempDir()
	log := openLog(t, dir)
	g := openGate(t, log)
	fill(t, g)
	key, err := eventlog.MakeKey(dir)
	must(t, err)
	must(t, g.submit(t.Context(), &job{erase: &erasure{leaver, key, key.Hash(guildID, leaver)}}))
	if loaded, err := projections.Load(log, guildID); err != nil || loaded.User(leaver).Messages > 0 {
		t.Errorf("a snapshot brings him back: %v", err)
	}
	g.Close()
	must(t, log.Close())
	if named(t, dir, leaver) == 0 {
		t.Fatal("nothing is left to be done")
	}
	log = openLog(t, dir)
	defer func() { must(t, log.Close()) }()
	g = openGate(t, log)
	defer g.Close()
	if c := counts(g, leaver); c.Messages > 0 {
		t.Errorf("he is back: %+v", c)
	}
	g.erasing.Lock() // the rest is done by then
	g.erasing.Unlock()
	wantReplayed(t, g)
	if times := named(t, dir, leaver); times > 0 || len(log.Hidden(guildID)) > 0 {
		t.Errorf("he still stands %d times in the folder", times)
	}
}

// TestLostKey refuses to count those by name who had themselves erased.
func TestLostKey(t *testing.T) {
	dir := t.TempDir()
	log := openLog(t, dir)
	defer func() { must(t, log.Close()) }()
	g := openGate(t, log)
	fill(t, g)
	_, err := g.Erase(t.Context(), leaver)
	must(t, err)
	g.Close()
	path := filepath.Join(dir, eventlog.KeyName)
	if fi, err := os.Stat(path); err != nil || fi.Mode().Perm() != 0o600 || fi.Size() != 32 {
		t.Fatalf("the key is %v, %v", fi, err)
	}
	must(t, os.Rename(path, path+"-away"))
	if _, err := Open(log, guildID, silent); !errors.Is(err, eventlog.ErrNoKey) || !strings.Contains(err.Error(), "from a backup") {
		t.Errorf("without the key: %v", err)
	}
	must(t, os.WriteFile(path, []byte("short"), 0o600))
	if _, err := Open(log, guildID, silent); !errors.Is(err, eventlog.ErrBadKey) {
		t.Errorf("with another file: %v", err)
	}
	must(t, os.Rename(path+"-away", path))
	openGate(t, log).Close()
}

// TestEraseBesideDamage erases from a log of which a record is damaged: that is told, the count goes on.
func TestEraseBesideDamage(t *testing.T) {
	dir := t.TempDir()
	log := openLog(t, dir)
	g := openGate(t, log)
	fill(t, g)
	g.Close()
	must(t, log.Close())
	b, err := os.ReadFile(filepath.Join(dir, eventlog.FileName))
	must(t, err)
	form := []byte{byte(eventlog.Archive), 0, 2, 20, 1} // the file's page of channel 2, from message 20 on
	if bytes.Count(b, form) == 0 {
		t.Fatal("the page was not found")
	}
	must(t, os.WriteFile(filepath.Join(dir, eventlog.FileName), bytes.ReplaceAll(b, form, []byte{byte(eventlog.Archive), 0, 2, 20, 2}), 0o600))
	log = openLog(t, dir)
	defer func() { must(t, log.Close()) }()
	g = openGate(t, log)
	defer g.Close()
	before := total(g)
	done, err := g.Erase(t.Context(), leaver)
	if err != nil || len(done.Damaged) == 0 || total(g) != before || counts(g, leaver).Messages > 0 {
		t.Errorf("erased %+v, %v; of %d messages he has %d", done, err, total(g), counts(g, leaver).Messages)
	}
}
