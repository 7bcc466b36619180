// Package catchup reads what live tracking has missed. A gap opens whenever the bot listens anew: at
// its start, after a connection that could not be resumed, when a server comes back from an outage. It
// is an event in the log, written before anything that comes after it, so it survives a crash and is read
// sooner or later. It reaches from the last instant that was surely covered, less an overlap, to now.
package catchup

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"tally/bot/discord"
	"tally/bot/gate"
	"tally/bot/history"
	"tally/bot/rest"
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
)

// Catchup reads one guild's gaps.
type Catchup struct {
	history.Reader
	Gate *gate.Gate
	// Now is Discord's clock.
	Now func() time.Time
}

// Open notes a gap that ends now, if the guild was ever covered before; else what is covered begins now.
// It must be called before the gate is given anything that came after the gap.
func (c *Catchup) Open(ctx context.Context) error {
	log := c.Gate.Log()
	covered, err := log.Covered(c.Guild)
	if err != nil {
		return err
	}
	if covered == 0 {
		return log.SetCovered(map[snowflake.ID]snowflake.ID{c.Guild: snowflake.At(c.Now())})
	}
	after := snowflake.At(covered.Time().Add(-overlap))
	return c.Gate.Tell(ctx, func(g *projections.Guild) []eventlog.Body {
		return []eventlog.Body{eventlog.GapOpened{Gap: g.NextGap(), After: after}}
	})
}

// Mark returns how far the guild is surely covered, to be kept once a heartbeat has shown that the
// gateway delivered all that came before; false while a gap is open, whatever newer messages came in.
func (c *Catchup) Mark() (mark snowflake.ID, ok bool) {
	c.Gate.View(func(g *projections.Guild) { mark, ok = g.Newest(), len(g.Gaps()) == 0 })
	return mark, ok && mark != 0
}

// Run reads the gaps that are open, closes them, and returns when there are none. After an error they
// are still open.
func (c *Catchup) Run(ctx context.Context) error {
	for {
		var gaps []projections.Gap
		if err := c.Gate.Write(ctx, func(g *projections.Guild) ([]eventlog.Body, error) {
			gaps = g.Gaps() // within the writer: one that was just opened is among them
			return nil, nil
		}); err != nil || len(gaps) == 0 {
			return err
		}
		after := gaps[0].After
		for _, gap := range gaps {
			after = min(after, gap.After)
		}
		if err := c.read(ctx, after); err != nil {
			return fmt.Errorf("read what was missed: %w", err)
		}
		if err := c.close(ctx, gaps); err != nil {
			return err
		}
	}
}

func (c *Catchup) close(ctx context.Context, gaps []projections.Gap) error {
	return c.Gate.Write(ctx, func(*projections.Guild) ([]eventlog.Body, error) {
		var bodies []eventlog.Body
		for _, gap := range gaps {
			bodies = append(bodies, eventlog.GapClosed{Gap: gap.Number})
		}
		return bodies, nil
	})
}

// read reads every channel in which there can be something new above after.
func (c *Catchup) read(ctx context.Context, after snowflake.ID) error {
	if err := c.listThreads(ctx, after); err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(channelsAtOnce)
	for _, ch := range c.moved(after) {
		group.Go(func() error {
			err := c.Forward(ctx, ch.ID, after, noEnd, func(page []discord.Message) error {
				return c.Gate.Page(ctx, eventlog.Catchup, 0, ch.ID, page)
			})
			if errors.Is(err, rest.ErrUnknownChannel) || errors.Is(err, rest.ErrNoAccess) {
				c.Log.Warn("what was missed in a channel can't be read", "channel", ch.ID, "error", err)
				return nil
			}
			return err
		})
	}
	return group.Wait()
}

// moved returns the channels in which something was posted after after. The id of a channel's last
// message, as Discord gave it when the bot began to listen, costs no request. That the log holds that
// very message proves nothing: smaller ids may have come later, and got lost.
func (c *Catchup) moved(after snowflake.ID) []discord.Channel {
	return slices.DeleteFunc(c.Directory.Channels(), func(ch discord.Channel) bool {
		return !ch.HoldsMessages() || ch.LastMessage <= after || !c.Readable(ch.ID)
	})
}

// listThreads learns of threads that were archived meanwhile; the active ones are known. Within less than
// an hour none is archived by itself, and then only channels are asked in which something was posted.
func (c *Catchup) listThreads(ctx context.Context, after snowflake.ID) error {
	parents := c.Directory.Channels()
	if c.Now().Sub(after.Time()) < shortestArchive {
		parents = slices.DeleteFunc(parents, func(ch discord.Channel) bool { return ch.LastMessage <= after })
	}
	return c.ListArchived(ctx, parents)
}
