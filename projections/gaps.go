package projections

import (
	"maps"
	"slices"
	"time"

	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// Gap is a span of Discord's time in which live tracking may have missed something.
type Gap struct {
	Number  uint32
	After   snowflake.ID // messages above it may be missing
	Channel snowflake.ID // the one channel that it is of, with its threads; 0: the whole guild
}

// Gaps returns the open gaps, by number.
func (g *Guild) Gaps() []Gap {
	var gaps []Gap
	for _, n := range slices.Sorted(maps.Keys(g.gaps)) {
		gaps = append(gaps, g.gaps[n])
	}
	return gaps
}

// NextGap returns the number for the next gap to open.
func (g *Guild) NextGap() uint32 { return g.gapped + 1 }

// Covered reports whether no gap of the whole guild is open.
func (g *Guild) Covered() bool {
	for _, gap := range g.gaps {
		if gap.Channel == 0 {
			return false
		}
	}
	return true
}

// Unheard returns the number of the newest gap of the whole guild, 0 if there was none.
func (g *Guild) Unheard() uint32 { return g.unheard }

// Check is a channel whose messages may have been deleted unheard.
type Check struct {
	Channel snowflake.ID
	Gap     uint32 // the newest gap in which that may have been
}

// ParentOf returns a thread's channel as far as the log knows it, else 0.
func (g *Guild) ParentOf(id snowflake.ID) snowflake.ID {
	if ch, ok := g.channels[id]; ok {
		return ch.parent
	}
	return 0
}

// Unchecked returns the channels, by id, that hold messages which count and were not held against Discord since a gap of
// theirs: nobody tells afterwards what was deleted in it. parentOf gives a thread's channel, or 0.
func (g *Guild) Unchecked(parentOf func(snowflake.ID) snowflake.ID) []Check {
	var checks []Check
	for _, id := range slices.Sorted(maps.Keys(g.channels)) {
		ch := g.channels[id]
		last := max(g.unheard, ch.unheard)
		for _, parent := range []snowflake.ID{ch.parent, parentOf(id)} {
			if p, ok := g.channels[parent]; ok {
				last = max(last, p.unheard)
			}
		}
		if ch.checked < last && ch.shows() && !ch.excluded {
			checks = append(checks, Check{id, last})
		}
	}
	return checks
}

// applyGapClosed takes the number after the newest gap's for a channel that was let in again: all the time until
// then nobody heard of deletes in it, so what was held against Discord before tells nothing.
func (g *Guild) applyGapClosed(e eventlog.GapClosed) {
	if gap, open := g.gaps[e.Gap]; open && gap.Channel != 0 {
		g.gapped++
		g.channel(gap.Channel).unheard = g.gapped
	}
	delete(g.gaps, e.Gap)
}

func (g *Guild) applyGapOpened(e eventlog.GapOpened) {
	g.gaps[e.Gap], g.gapped = Gap{e.Gap, e.After, e.Channel}, max(g.gapped, e.Gap)
	if e.Channel == 0 {
		g.left = time.Time{} // the bot listens again
		g.unheard = e.Gap
	} else {
		g.channel(e.Channel).unheard = e.Gap
	}
}
