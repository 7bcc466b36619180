package gate

import (
	"testing"

	"github.com/oklog/ulid/v2"

	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// imported has an import read channel 1, and find messages 10 and 20 before its cutoff, 100.
func imported(t *testing.T, g *Gate) {
	t.Helper()
	write(t, g, eventlog.ImportStarted{Import: 1, Cutoff: 100})
	must(t, g.Page(t.Context(), eventlog.Import, 1, 1, said(1, 50, 10, 20)))
	write(t, g, eventlog.ImportChannelFinished{Import: 1, Channel: 1, Outcome: eventlog.Completed},
		eventlog.ImportFinished{Import: 1, Outcome: eventlog.Completed})
}

type taken struct{ fresh, counting int }

// TestArchive gives what a file holds, before and after other things, and again.
func TestArchive(t *testing.T) {
	for name, c := range map[string]struct {
		before func(t *testing.T, g *Gate)
		ids    []snowflake.ID
		want   taken
		total  uint64
	}{
		"to an empty log":                  {func(*testing.T, *Gate) {}, []snowflake.ID{10, 20, 110}, taken{3, 3}, 3},
		"a message twice in it":            {func(*testing.T, *Gate) {}, []snowflake.ID{10, 20, 10}, taken{2, 2}, 2},
		"some of it held already":          {func(t *testing.T, g *Gate) { must(t, g.Live(t.Context(), said(1, 50, 20)[0])) }, []snowflake.ID{10, 20}, taken{1, 1}, 2},
		"what an import read is its own":   {imported, []snowflake.ID{10, 20}, taken{2, 0}, 2},
		"what Discord had no more then":    {imported, []snowflake.ID{10, 15, 20}, taken{3, 0}, 2},
		"what was sent since the import":   {imported, []snowflake.ID{20, 100, 110}, taken{3, 2}, 4},
		"what was deleted":                 {func(t *testing.T, g *Gate) { must(t, g.Deleted(t.Context(), 1, 10)) }, []snowflake.ID{10, 20}, taken{2, 1}, 1},
		"of a channel that is gone":        {func(t *testing.T, g *Gate) { must(t, g.ChannelsDeleted(t.Context(), 1)) }, []snowflake.ID{10, 20}, taken{2, 0}, 0},
		"many pages, newest first as well": {func(*testing.T, *Gate) {}, descending(3000), taken{3000, 3000}, 3000},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGate(t)
			c.before(t, g)
			for again, want := range []taken{c.want, {}, {}} {
				came, err := g.Archive(t.Context(), 1, said(1, 50, c.ids...))
				must(t, err)
				got := taken{len(came.New), came.Counting}
				if n := total(g); got != want || n != c.total {
					t.Errorf("given %d times: %+v, %d counted; want %+v, %d", again+1, got, n, want, c.total)
				}
			}
			exact, err := projections.CountExactly(g.Log(), guildID, ulid.ULID{})
			must(t, err)
			if exact.Total != c.total || exact.Duplicates > 0 {
				t.Errorf("exactly %d, %d duplicates", exact.Total, exact.Duplicates)
			}
		})
	}
}

func descending(n snowflake.ID) (ids []snowflake.ID) {
	for id := n; id > 0; id-- {
		ids = append(ids, id)
	}
	return ids
}

// TestArchivedPagesAreFoundFast has a large archive be records of a page each: a look-up reads 256 records.
func TestArchivedPagesAreFoundFast(t *testing.T) {
	g := newGate(t)
	_, err := g.Archive(t.Context(), 1, said(1, 50, descending(1000)...))
	must(t, err)
	for rec, err := range g.Log().Records(guildID, ulid.ULID{}) {
		must(t, err)
		n := 0
		for _, err := range rec.Bodies() {
			must(t, err)
			n++
		}
		if n != 1 {
			t.Errorf("a record has %d pages", n)
		}
	}
}

// TestProvenAfterAnArchive has Discord bring what an archive alone held, and the import that should lacks.
func TestProvenAfterAnArchive(t *testing.T) {
	for name, give := range map[string]func(g *Gate) error{
		"live":     func(g *Gate) error { return g.Live(t.Context(), said(1, 50, 15)[0]) },
		"catch-up": func(g *Gate) error { return g.Page(t.Context(), eventlog.Catchup, 0, 1, said(1, 50, 15, 15)) },
		"repair":   func(g *Gate) error { return g.Page(t.Context(), eventlog.Repair, 0, 1, said(1, 50, 15)) },
	} {
		t.Run(name, func(t *testing.T) {
			g := newGate(t)
			imported(t, g)
			_, err := g.Archive(t.Context(), 1, said(1, 50, 15))
			must(t, err)
			for range 2 {
				must(t, give(g))
				write(t, g)
				if n := total(g); n != 3 {
					t.Errorf("%d messages are counted, want 3", n)
				}
			}
			exact, err := projections.CountExactly(g.Log(), guildID, ulid.ULID{})
			must(t, err)
			if exact.Total != 3 || exact.Duplicates > 0 {
				t.Errorf("exactly %d, %d duplicates", exact.Total, exact.Duplicates)
			}
		})
	}
}

// TestThread has a thread of an archive go when its channel does.
func TestThread(t *testing.T) {
	g := newGate(t)
	for range 2 {
		must(t, g.Thread(t.Context(), 2, 1))
	}
	_, err := g.Archive(t.Context(), 2, said(2, 50, 10))
	must(t, err)
	if n := events(t, g)[eventlog.KindChannelChecked]; n != 1 || total(g) != 1 {
		t.Errorf("told %d times, %d counted", n, total(g))
	}
	must(t, g.ChannelsDeleted(t.Context(), 1))
	write(t, g)
	if n := total(g); n != 0 {
		t.Errorf("%d messages are counted of a thread whose channel is gone", n)
	}
}
