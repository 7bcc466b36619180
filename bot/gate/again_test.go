package gate

import (
	"context"
	"testing"

	"github.com/oklog/ulid/v2"

	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// TestGivenAgain has the cases in which something that is given again is easily taken again.
func TestGivenAgain(t *testing.T) {
	const channel, author = 1, 50
	ctx := context.Background()
	for name, give := range map[string]func(g *Gate) error{
		"a page of an import": func(g *Gate) error {
			return g.Page(ctx, eventlog.Import, 1, channel, said(channel, author, 8, 9))
		},
		"a message twice in one page": func(g *Gate) error {
			return g.Page(ctx, eventlog.Import, 1, channel, said(channel, author, 9, 9))
		},
		"a page of a catch-up": func(g *Gate) error {
			return g.Page(ctx, eventlog.Catchup, 0, channel, said(channel, author, 9, 9))
		},
		"a live message": func(g *Gate) error { return g.Live(ctx, said(channel, author, 9)[0]) },
		"a live message from the far future": func(g *Gate) error {
			return g.Live(ctx, said(channel, author, 1<<62)[0])
		},
		// What an import lacked is no page of its reading: it leaves the cursor where it is.
		"a repair of a channel in which the import found nothing": func(g *Gate) error {
			write(t, g, eventlog.ImportChannelFinished{Import: 1, Channel: channel, Outcome: eventlog.Completed})
			return g.Page(ctx, eventlog.Repair, 1, channel, said(channel, author, 9))
		},
		"a repair that the last minutes' reading finds too": func(g *Gate) error {
			write(t, g, eventlog.ImportChannelFinished{Import: 1, Channel: channel, Outcome: eventlog.Completed})
			if err := g.Page(ctx, eventlog.Repair, 1, channel, said(channel, author, 9)); err != nil {
				return err
			}
			return g.Page(ctx, eventlog.Import, 1, channel, said(channel, author, 9))
		},
		"a repair below what the import has read, found by a later reading too": func(g *Gate) error {
			if err := g.Page(ctx, eventlog.Import, 1, channel, said(channel, author, 50)); err != nil {
				return err
			}
			write(t, g, eventlog.ImportChannelFinished{Import: 1, Channel: channel, Outcome: eventlog.Completed})
			if err := g.Page(ctx, eventlog.Repair, 1, channel, said(channel, author, 9)); err != nil {
				return err
			}
			return g.Page(ctx, eventlog.Import, 1, channel, said(channel, author, 9))
		},
		"a page of a channel that is deleted": func(g *Gate) error {
			if err := g.ChannelsDeleted(ctx, channel); err != nil {
				return err
			}
			return g.Page(ctx, eventlog.Import, 1, channel, said(channel, author, 9))
		},
		"a delete": func(g *Gate) error { return g.Deleted(ctx, channel, 9, 9) },
	} {
		t.Run(name, func(t *testing.T) {
			g := newGate(t)
			write(t, g, eventlog.ImportStarted{Import: 1, Cutoff: 100})
			must(t, give(g))
			write(t, g)
			before, exact := events(t, g), known(g)
			must(t, give(g))
			write(t, g)
			if n := events(t, g); n[eventlog.KindMessage] != before[eventlog.KindMessage] || n[eventlog.KindMessageDeleted] != before[eventlog.KindMessageDeleted] {
				t.Errorf("the log held %v, and then %v", before, n)
			}
			if after := known(g); after != exact {
				t.Errorf("%d messages counted, and then %d", exact, after)
			}
			counted, err := projections.CountExactly(g.Log(), guildID, ulid.ULID{})
			must(t, err)
			if counted.Duplicates > 0 {
				t.Errorf("%d duplicates", counted.Duplicates)
			}
		})
	}
}

// events counts the events of the log by their kinds.
func events(t fataler, g *Gate) map[eventlog.Kind]int {
	t.Helper()
	n := map[eventlog.Kind]int{}
	for rec, err := range g.Log().Records(guildID, ulid.ULID{}) {
		must(t, err)
		for body, err := range rec.Bodies() {
			must(t, err)
			n[body.Kind()] += body.Len()
		}
	}
	return n
}

// known is the number of messages that count, or that the running import holds.
func known(g *Gate) (n uint64) {
	g.View(func(state *projections.Guild) {
		n = state.Total()
		if r := state.Running(); r != nil {
			n += r.Messages
		}
	})
	return n
}

// TestThreadStarterCopy has a thread's first message come before the message that it is a copy of, as a
// catch-up may read it: they have one id.
func TestThreadStarterCopy(t *testing.T) {
	const parent, author, id = 1, 50, snowflake.ID(9)
	g := newGate(t)
	starter := said(id, author, id)
	starter[0].Type = 21
	must(t, g.Page(context.Background(), eventlog.Catchup, 0, id, starter))
	must(t, g.Page(context.Background(), eventlog.Catchup, 0, parent, said(parent, author, id)))
	if n := total(g); n != 1 {
		t.Errorf("%d messages are counted, want the one that the thread was started from", n)
	}
}
