package patrol

import (
	"context"
	"errors"
	"slices"

	"tally/bot/rest"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// list lists the archived threads, once after each gap, and again when more can be read.
func (p *Patrol) list(ctx context.Context) error {
	var gap uint32
	p.Gate.View(func(g *projections.Guild) { gap = g.Unheard() })
	readable := 0
	for _, c := range p.Directory.Channels() {
		if !c.IsThread() && p.Readable(c.ID) {
			readable++
		}
	}
	if gap == p.listed && readable == p.readable {
		return nil
	}
	if err := p.ListArchived(ctx, p.Directory.Channels()); err != nil {
		return err
	}
	if p.Listed != nil {
		if err := p.Listed(ctx); err != nil {
			return err
		}
	}
	p.refused = map[snowflake.ID]bool{}
	if gap != p.listed { // in this process nobody was let in yet
		for _, id := range p.shutOut() {
			p.refused[id] = true
		}
	}
	p.listed, p.readable = gap, readable
	return nil
}

// shutOut returns the channels that have a gap of their own.
func (p *Patrol) shutOut() (ids []snowflake.ID) {
	p.Gate.View(func(g *projections.Guild) {
		for _, gap := range g.Gaps() {
			if gap.Channel != 0 {
				ids = append(ids, gap.Channel)
			}
		}
	})
	return ids
}

// find asks for the channels that no list has. Who doesn't exist any more is noted as deleted.
func (p *Patrol) find(ctx context.Context) error {
	for _, id := range p.unknown() {
		since := p.Directory.Told()
		c, err := p.Client.Channel(ctx, id)
		switch {
		case err == nil:
			p.Directory.Learn(since, c)
			p.missed()
		case errors.Is(err, rest.ErrUnknownChannel):
			p.Log.Info("a channel was deleted while nobody listened", "channel", id)
			err = p.Gate.ChannelsDeleted(ctx, id)
			p.missed()
		case errors.Is(err, rest.ErrNoAccess): // it may be there
			p.refused[id] = true
			if err = nil; p.Lost != nil {
				err = p.Lost(ctx, id)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *Patrol) missed() {
	if p.Missed != nil {
		p.Missed()
	}
}

// unknown returns those that are worth asking for: each refusal counts towards a ban.
func (p *Patrol) unknown() []snowflake.ID {
	shut := slices.ContainsFunc(p.shutOut(), p.Shut)
	ids := slices.Concat(p.unchecked(), p.shutOut())
	slices.Sort(ids)
	return slices.DeleteFunc(slices.Compact(ids), func(id snowflake.ID) bool {
		var parent snowflake.ID
		var gone bool
		p.Gate.View(func(g *projections.Guild) { parent, gone = g.ParentOf(id), g.IsChannelDeleted(id) })
		_, known := p.Directory.Channel(id)
		return known || gone || shut && p.refused[id] || p.Shut(parent)
	})
}
