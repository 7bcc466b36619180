package verify

import (
	"cmp"
	"slices"

	"tally/eventlog/snowflake"
	"tally/projections"
)

// Causes say why the count and Discord differ, as far as the log knows. Their sum is all that is missing and
// extra.
type Causes struct {
	Missed  []Missed // missing: sent in a gap, in which nobody listened; by the gaps' numbers
	Unread  uint64   // missing: nobody listened yet, and no import has read the channel
	Unseen  uint64   // missing, though somebody listened, or an import has read it
	Deleted uint64   // extra: there was a gap since, in which nobody heard of the delete
	Untold  uint64   // extra: deleted, and nobody was told, though somebody listened
	Gone    uint64   // extra: of channels that were deleted, and nobody heard of it
}

// Missed is what was sent in one gap.
type Missed struct {
	Gap      uint32
	After    snowflake.ID // where the gap began
	Messages uint64
}

// place is where a message is, or was. parent is a thread's channel, else 0.
type place struct{ channel, parent, id snowflake.ID }

// inReach reports whether a gap is of the place's channel, or of all.
func (p place) inReach(s projections.GapSpan) bool {
	return s.Channel == 0 || s.Channel == p.channel || s.Channel == p.parent
}

// explain finds the differences' causes. It reads the log, if there are any.
func (d *Deep) explain(f *Differences) (Causes, error) {
	c := Causes{Gone: f.ofGone}
	if len(f.missing)+len(f.extra) == 0 {
		return c, nil
	}
	spans, err := projections.GapSpans(d.Gate.Log(), d.Guild)
	if err != nil {
		return c, err
	}
	d.Gate.View(func(g *projections.Guild) {
		for _, p := range f.missing {
			c.addMissing(g, spans, p)
		}
	})
	for _, p := range f.extra {
		if slices.ContainsFunc(spans, func(s projections.GapSpan) bool { return p.id < s.Until && p.inReach(s) }) {
			c.Deleted++
		} else {
			c.Untold++
		}
	}
	return c, nil
}

// addMissing looks first whether the channel's import should have it: then the gap didn't matter.
func (c *Causes) addMissing(g *projections.Guild, spans []projections.GapSpan, p place) {
	read, _ := g.Cutoff(p.channel)
	gap, missed := gapOf(spans, p)
	completed := g.Committed()
	switch {
	case p.id < read:
		c.Unseen++
	case missed:
		c.addMissed(gap)
	case completed == nil || p.id < completed.Cutoff:
		c.Unread++
	default:
		c.Unseen++
	}
}

func (c *Causes) addMissed(gap projections.Gap) {
	at, ok := slices.BinarySearchFunc(c.Missed, gap.Number, func(m Missed, number uint32) int { return cmp.Compare(m.Gap, number) })
	if !ok {
		c.Missed = slices.Insert(c.Missed, at, Missed{Gap: gap.Number, After: gap.After})
	}
	c.Missed[at].Messages++
}

// gapOf returns the newest gap in which a message was sent.
func gapOf(spans []projections.GapSpan, p place) (gap projections.Gap, ok bool) {
	for _, s := range spans {
		if s.After < p.id && p.id < s.Until && p.inReach(s) {
			gap, ok = s.Gap, true
		}
	}
	return gap, ok
}
