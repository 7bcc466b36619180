package doctor

import (
	"errors"
	"fmt"
	"io/fs"
	"testing"

	"tally/eventlog"
)

// only returns the one finding that a look gives.
func only(t *testing.T, look func(report func(Finding))) (found Finding) {
	t.Helper()
	n := 0
	look(func(f Finding) { found, n = f, n+1 })
	if n != 1 {
		t.Fatalf("%d findings", n)
	}
	return found
}

// TestLog: whole logs; the command's own tests damage one.
func TestLog(t *testing.T) {
	log, err := eventlog.Open(t.TempDir(), eventlog.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	if f := only(t, func(r func(Finding)) { Log(log, r) }); f.State != OK || f.Found != "whole: 0 events in 0 records" {
		t.Errorf("%+v", f)
	}
	if _, err := log.Append(7, []eventlog.Body{eventlog.ChannelDeleted{Channel: 8}}); err != nil {
		t.Fatal(err)
	}
	if f := only(t, func(r func(Finding)) { Log(log, r) }); f.State != OK || f.Found != "whole: 1 events in 1 records" {
		t.Errorf("%+v", f)
	}
}

// TestErasureKey: a log that tells of somebody erased needs its key.
func TestErasureKey(t *testing.T) {
	dir := t.TempDir()
	log, err := eventlog.Open(dir, eventlog.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	if _, err := log.Append(7, []eventlog.Body{eventlog.UserErased{Hash: 8}}); err != nil {
		t.Fatal(err)
	}
	second := func() (f Finding) {
		t.Helper()
		var all []Finding
		if Log(log, func(f Finding) { all = append(all, f) }); len(all) != 2 {
			t.Fatalf("findings %+v", all)
		}
		return all[1]
	}
	if f := second(); f.State != Failed || f.Todo == "" {
		t.Errorf("without a key: %+v", f)
	}
	if _, err := eventlog.MakeKey(dir); err != nil {
		t.Fatal(err)
	}
	if f := second(); f.State != OK {
		t.Errorf("with a key: %+v", f)
	}
}

// TestNoLog: only what is wrong fails, and each says what to do.
func TestNoLog(t *testing.T) {
	for _, c := range []struct {
		err  error
		want State
	}{
		{eventlog.ErrNoLog, Skipped}, {eventlog.ErrInUse, Skipped}, {eventlog.ErrNotLog, Failed}, {eventlog.ErrNewerVersion, Failed},
		{fs.ErrPermission, Failed}, {errors.New("anything else"), Failed},
	} {
		f := only(t, func(r func(Finding)) { NoLog(fmt.Errorf("open it: %w", c.err), r) })
		if f.State != c.want || f.Todo == "" && f.State == Failed {
			t.Errorf("%v: %+v", c.err, f)
		}
	}
}
