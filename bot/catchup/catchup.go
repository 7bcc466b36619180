// Package catchup reads what live tracking has missed. A gap opens whenever the bot listens anew: at
// its start, after a connection that could not be resumed, when a server comes back from an outage. It
// is an event in the log, written before anything that comes after it, so it survives a crash and is read
// sooner or later. It reaches from the last instant that was surely covered, less an overlap, to now.
// What can't be read of it, for the right is missing, stays open as a gap of that channel alone, and so does
// what is sent while the bot may not see a channel.
package catchup

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"tally/bot/gate"
	"tally/bot/history"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

const (
	// overlap is read before the covered instant too: ids become visible a little out of order, and
	// nobody says by how much; seconds were seen.
	overlap = 2 * time.Minute
	// shortestArchive is the shortest time after which Discord archives a thread by itself.
	shortestArchive = time.Hour

	channelsAtOnce = 16 // fewer than an import's, so that neither starves the other
	noEnd          = snowflake.ID(1<<64 - 1)

	// margin is added to Discord's clock, which its answers tell to the second and rounded down: what is sent
	// after that comes live, so a channel in which people write all the time is read to an end.
	margin = 5 * time.Second
)

// Catchup reads one guild's gaps.
type Catchup struct {
	history.Reader
	Gate *gate.Gate
	// Now is Discord's clock.
	Now func() time.Time

	sees map[snowflake.ID]bool // the channels and private threads known, and whether they are heard
}

// Open notes a gap that ends now, if the guild was ever covered before; else what is covered begins now,
// and if an archive has come first, an empty gap, so that it is held against Discord.
// It must be called before the gate is given anything that came after the gap.
func (c *Catchup) Open(ctx context.Context) error {
	c.sees = map[snowflake.ID]bool{}
	for _, ch := range c.heardAlone() {
		c.sees[ch.ID] = c.hears(ch)
	}
	after, err := c.surely()
	if err != nil {
		return err
	}
	first := after == 0
	if first {
		after = snowflake.At(c.Now())
		if err := c.Gate.Log().SetCovered(map[snowflake.ID]snowflake.ID{c.Guild: after}); err != nil {
			return err
		}
	}
	return c.Gate.Tell(ctx, func(g *projections.Guild) []eventlog.Body {
		if first && g.Total() == 0 { // else an archive came before the bot, and much may have been deleted since
			return nil
		}
		return []eventlog.Body{eventlog.GapOpened{Gap: g.NextGap(), After: after}}
	})
}

// surely returns the id up to which nothing was missed; 0 if nobody ever listened.
func (c *Catchup) surely() (snowflake.ID, error) {
	covered, err := c.Gate.Log().Covered(c.Guild)
	if err != nil || covered == 0 {
		return 0, err
	}
	return snowflake.At(covered.Time().Add(-overlap)), nil
}

// Mark returns how far the guild is surely covered, to be kept once a heartbeat has shown that the
// gateway delivered all that came before; false while a gap of the guild is open, whatever newer messages
// came in.
func (c *Catchup) Mark() (mark snowflake.ID, ok bool) {
	c.Gate.View(func(g *projections.Guild) { mark, ok = g.Newest(), g.Covered() })
	return mark, ok && mark != 0
}

// Run reads the gaps that are open, as far as they can be read, closes them, and returns when there are no
// more of these. After an error they are still open.
func (c *Catchup) Run(ctx context.Context) error {
	for {
		gaps, err := c.readable(ctx)
		if err != nil || len(gaps) == 0 {
			return err
		}
		unread, err := c.read(ctx, gaps)
		if err != nil {
			return fmt.Errorf("read what was missed: %w", err)
		}
		if err := c.close(ctx, gaps, unread); err != nil {
			return err
		}
	}
}

// readable returns the open gaps, but for those of channels that can't be read now.
func (c *Catchup) readable(ctx context.Context) ([]projections.Gap, error) {
	var gaps []projections.Gap
	err := c.Gate.Write(ctx, func(g *projections.Guild) ([]eventlog.Body, error) {
		for _, gap := range g.Gaps() { // within the writer: one that was just opened is among them
			if gap.Channel == 0 || c.Readable(gap.Channel) || g.IsChannelDeleted(gap.Channel) {
				gaps = append(gaps, gap)
			}
		}
		return nil, nil
	})
	if err != nil { // the writer may come to it yet
		return nil, err
	}
	return gaps, nil
}

// close closes gaps, but for what was not read of them: per channel the id after which it was not.
func (c *Catchup) close(ctx context.Context, gaps []projections.Gap, unread map[snowflake.ID]snowflake.ID) error {
	return c.Gate.Write(ctx, func(g *projections.Guild) ([]eventlog.Body, error) {
		var bodies []eventlog.Body
		for _, gap := range gaps {
			if _, still := unread[gap.Channel]; !still {
				bodies = append(bodies, eventlog.GapClosed{Gap: gap.Number})
			}
		}
		return append(bodies, openedFor(g, unread)...), nil
	})
}

// opened opens a gap for each channel from the id given.
func opened(g *projections.Guild, after map[snowflake.ID]snowflake.ID) []eventlog.Body {
	var bodies []eventlog.Body
	for _, channel := range slices.Sorted(maps.Keys(after)) {
		bodies = append(bodies, eventlog.GapOpened{Gap: g.NextGap() + uint32(len(bodies)), After: after[channel], Channel: channel})
	}
	return bodies
}

// openedFor is opened, but for the channels of which a gap is open that reaches as far back.
func openedFor(g *projections.Guild, after map[snowflake.ID]snowflake.ID) []eventlog.Body {
	return opened(g, lacking(g, after))
}

func lacking(g *projections.Guild, after map[snowflake.ID]snowflake.ID) map[snowflake.ID]snowflake.ID {
	without := maps.Clone(after)
	for _, gap := range g.Gaps() {
		if from, ok := without[gap.Channel]; ok && gap.After <= from {
			delete(without, gap.Channel)
		}
	}
	return without
}
