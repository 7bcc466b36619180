package projections

import (
	"math"

	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// noEnd is an id above all others.
const noEnd = snowflake.ID(math.MaxUint64)

// side is a part of the count that a message event may belong to.
type side uint8

const (
	sideNone    side = iota // an import that no count rests on
	sideStream              // live tracking
	sideImport              // the import that the channel's count rests on
	sideRunning             // the running import
)

// sideOf tells to which side an event of the given origin belongs. A repair belongs to the import that
// it completes where the message is older than that import's cutoff; to live tracking where it is not
// older than the channel's; and else to none, for then an import has read the channel again since.
func (g *Guild) sideOf(ch *channel, origin eventlog.Origin, imp uint32, id snowflake.ID) side {
	switch {
	case origin != eventlog.Import && origin != eventlog.Repair:
		return sideStream
	case g.running != nil && imp == g.running.Number && id < g.running.Cutoff:
		return sideRunning
	case imp == ch.by && id < ch.cutoff:
		return sideImport
	case origin == eventlog.Repair && id >= ch.cutoff:
		return sideStream
	}
	return sideNone
}

// applyPage counts a page. Most pages fall on one side of every boundary and touch nothing deleted:
// those are counted by their authors alone, without a look at the ids.
func (g *Guild) applyPage(p *eventlog.Page) {
	g.newest = max(g.newest, p.Last)
	ch := g.channel(p.Channel)
	if ch.deleted {
		return
	}
	g.meetDeleted(ch, p)
	if g.running != nil && p.Import == g.running.Number {
		g.running.read(p)
	}
	if p.Origin == eventlog.Repair {
		g.applyRepairs(ch, p)
		return
	}
	switch g.sideOf(ch, p.Origin, p.Import, p.First) {
	case sideStream:
		g.applyStream(ch, p)
	case sideRunning:
		g.each(ch, p, 0, g.running.Cutoff, func(at int, n uint32) { ch.kept(at).next += n })
	case sideImport:
		g.each(ch, p, 0, ch.cutoff, func(at int, n uint32) { g.addImported(ch, at, n) })
	}
}

func (g *Guild) applyStream(ch *channel, p *eventlog.Page) {
	if p.Origin == eventlog.Archive && p.Last >= ch.cutoff {
		ch.checked = 0 // it may tell of what was deleted since it was made
	}
	g.each(ch, p, ch.cutoff, noEnd, func(at int, n uint32) { g.addStream(ch, at, n) })
	if g.running != nil {
		g.each(ch, p, g.running.Cutoff, noEnd, func(at int, n uint32) { ch.kept(at).after += n })
	}
}

// applyRepairs counts message by message, for the messages of one repair may belong to both sides.
func (g *Guild) applyRepairs(ch *channel, p *eventlog.Page) {
	for i, id := range p.IDs() {
		s := p.Senders[p.From[i]]
		if !g.policy.Countable(s.Type, s.Marks) || g.isDeleted(id) {
			continue
		}
		at := g.cell(ch, s.Author)
		switch g.sideOf(ch, p.Origin, p.Import, id) {
		case sideRunning:
			ch.kept(at).next++
		case sideImport:
			g.addImported(ch, at, 1)
		case sideStream:
			g.addStream(ch, at, 1)
			if g.running != nil && id >= g.running.Cutoff {
				ch.kept(at).after++
			}
		}
	}
}

// each gives the number of countable messages with from <= id < to, not deleted, of each sender.
func (g *Guild) each(ch *channel, p *eventlog.Page, from, to snowflake.ID, add func(at int, n uint32)) {
	counts := p.Counts
	if p.First < from || to <= p.Last || g.anyDeleted(p) {
		var within [eventlog.MaxPage]uint16
		for i, id := range p.IDs() {
			if from <= id && id < to && !g.isDeleted(id) {
				within[p.From[i]]++
			}
		}
		counts = within[:]
	}
	for i, s := range p.Senders {
		if n := counts[i]; n > 0 && g.policy.Countable(s.Type, s.Marks) {
			add(g.cell(ch, s.Author), uint32(n))
		}
	}
}

// HighestCutoff returns the highest of all channels' cutoffs.
func (g *Guild) HighestCutoff() (highest snowflake.ID) {
	for _, ch := range g.channels {
		highest = max(highest, ch.cutoff)
	}
	return highest
}

// Cutoff returns a channel's cutoff and the import that set it. Without one both are 0.
func (g *Guild) Cutoff(channelID snowflake.ID) (cutoff snowflake.ID, imp uint32) {
	if ch, ok := g.channels[channelID]; ok {
		return ch.cutoff, ch.by
	}
	return 0, 0
}
