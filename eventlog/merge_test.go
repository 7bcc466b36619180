package eventlog

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"

	"tally/eventlog/snowflake"
)

// TestAllRecordsFromAnywhere reads many guilds' records in one order, from the start and from any event,
// and finds none missing, none twice.
func TestAllRecordsFromAnywhere(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	l := open(t, t.TempDir(), Options{NoSync: true, Clock: func() time.Time { return now.Add(time.Duration(r.IntN(50)-20) * time.Millisecond) }})
	var want []ulid.ULID
	for i := range snowflake.ID(400) {
		now = now.Add(time.Millisecond)
		last, err := l.Append(snowflake.ID(1+r.IntN(12)), []Body{page(t, Live, 1, i*3+1, i*3+2), ChannelDeleted{9}})
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, last)
	}
	for from := -1; from < len(want); from++ {
		after := ulid.ULID{}
		if from >= 0 {
			after = want[from]
		}
		var got []ulid.ULID
		for rec, err := range l.AllRecords(after) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, rec.Last())
		}
		if !slices.Equal(got, want[from+1:]) {
			t.Fatalf("after event %d: %d records, want %d", from, len(got), len(want)-from-1)
		}
	}
	for rec := range l.AllRecords(advance(want[10], -1)) { // an event within a record: the record comes again
		if rec.Last() != want[10] {
			t.Errorf("got %s, want %s", rec.Last(), want[10])
		}
		break
	}
}

// TestFollowingAllRecords goes on after the last record seen, again and again, while new guilds appear.
func TestFollowingAllRecords(t *testing.T) {
	l := open(t, t.TempDir(), Options{NoSync: true})
	const guilds, each = 40, 10
	var writers sync.WaitGroup
	for g := range snowflake.ID(guilds) {
		writers.Go(func() {
			for i := range snowflake.ID(each) {
				if _, err := l.Append(1+g, []Body{page(t, Live, 1, i+1)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	written := make(chan struct{})
	go func() { writers.Wait(); close(written) }()
	var last ulid.ULID
	n := 0
	for finished := false; ; {
		select {
		case <-written:
			finished = true
		default:
		}
		for rec, err := range l.AllRecords(last) {
			if err != nil {
				t.Fatal(err)
			}
			last = rec.Last()
			n++
		}
		if finished {
			break
		}
	}
	if n != guilds*each {
		t.Errorf("%d records, want %d", n, guilds*each)
	}
}

// TestPositionsAtTheEdges asks for ULIDs where the clock, the counter or time itself ends.
func TestPositionsAtTheEdges(t *testing.T) {
	at := func(ms uint64, count uint32) (u ulid.ULID) {
		if err := u.SetTime(ms); err != nil {
			t.Fatal(err)
		}
		setCounter(&u, count)
		return u
	}
	for name, c := range map[string]struct {
		last  ulid.ULID
		clock time.Time
		n     int
		want  ulid.ULID
	}{
		"the clock goes on":       {at(1000, 7), time.UnixMilli(1001), 2, at(1001, 0)},
		"it stands still":         {at(1000, 7), time.UnixMilli(1000), 2, at(1000, 8)},
		"it goes back":            {at(1000, 7), time.UnixMilli(3), 2, at(1000, 8)},
		"it is before 1970":       {at(1000, 7), time.UnixMilli(-5), 2, at(1000, 8)},
		"it is beyond all ULIDs":  {at(1000, 7), time.UnixMilli(1 << 50), 2, at(1000, 8)},
		"the counter is used up":  {at(1000, 1<<32-2), time.UnixMilli(1000), 1, at(1001, 0)},
		"no room for all of them": {at(1000, 1<<32-5), time.UnixMilli(1000), 9, at(1001, 0)},
	} {
		p := positions{clock: func() time.Time { return c.clock }, last: c.last}
		if got, err := p.next(c.n); err != nil || got != c.want || p.last != advance(c.want, c.n-1) {
			t.Errorf("%s: %s to %s, %v; want %s", name, got, p.last, err, c.want)
		}
	}
	p := positions{clock: time.Now, last: at(ulid.MaxTime(), 1<<32-2)}
	if got, err := p.next(1); err == nil {
		t.Errorf("after the last position comes %s", got)
	}
}
