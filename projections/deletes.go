package projections

import (
	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// Held tells where a channel's count rests on a message that the log holds with the given origin and
// import. The gate stores it with a delete, so that the fold can take the message out again.
func (g *Guild) Held(channelID snowflake.ID, found eventlog.Found) eventlog.Held {
	ch, ok := g.channels[channelID]
	if !ok {
		ch = &channel{}
	}
	switch g.sideOf(ch, found.Origin, found.Import, found.ID) {
	case sideStream:
		return eventlog.HeldStream
	case sideImport:
		return eventlog.HeldCommitted
	case sideRunning:
		return eventlog.HeldRunning
	}
	return eventlog.HeldOther
}

// Counts reports whether a message counts because of one event that holds it.
func (g *Guild) Counts(channelID snowflake.ID, found eventlog.Found) bool {
	ch, ok := g.channels[channelID]
	if !ok || ch.deleted || g.isDeleted(found.ID) || !Countable(found.Type, found.Marks) {
		return false
	}
	switch g.sideOf(ch, found.Origin, found.Import, found.ID) {
	case sideStream:
		return found.ID >= ch.cutoff
	case sideImport:
		return true
	}
	return false
}

// IsDeleted reports whether a message is known to be deleted.
func (g *Guild) IsDeleted(id snowflake.ID) bool { return g.isDeleted(id) }

// IsChannelDeleted reports whether a channel is known to be deleted.
func (g *Guild) IsChannelDeleted(id snowflake.ID) bool {
	ch, ok := g.channels[id]
	return ok && ch.deleted
}

func (g *Guild) isDeleted(id snowflake.ID) bool { return g.deleted.has(id) || g.unmet.has(id) }

func (g *Guild) anyDeleted(p *eventlog.Page) bool {
	return g.deleted.anyIn(p.First, p.Last) || g.unmet.anyIn(p.First, p.Last)
}

func (g *Guild) applyDeletes(d *eventlog.Deletes) {
	ch := g.channel(d.Channel)
	for _, m := range d.List {
		if g.isDeleted(m.ID) {
			continue
		}
		if m.Held == 0 {
			g.unmet.add(m.ID)
			continue
		}
		g.deleted.add(m.ID)
		if !ch.deleted && Countable(m.Type, m.Marks) {
			g.takeOut(ch, g.cell(ch, m.Author), m)
		}
	}
}

// takeOut moves a message from where it counted to the deleted ones.
func (g *Guild) takeOut(ch *channel, c *cell, m eventlog.Delete) {
	c.addDeleted(1)
	held := func(where eventlog.Held) bool { return m.Held&where != 0 }
	switch {
	case m.ID < ch.cutoff && held(eventlog.HeldCommitted):
		c.imported--
		g.show(c, -1)
	case m.ID >= ch.cutoff && held(eventlog.HeldStream):
		c.stream--
		g.show(c, -1)
	}
	switch {
	case g.running == nil:
	case m.ID < g.running.Cutoff && held(eventlog.HeldRunning):
		c.next--
	case m.ID >= g.running.Cutoff && held(eventlog.HeldStream):
		c.after--
	}
}

// meetDeleted finds the authors of messages whose delete came before them.
func (g *Guild) meetDeleted(ch *channel, p *eventlog.Page) {
	if !g.unmet.anyIn(p.First, p.Last) {
		return
	}
	for i, id := range p.IDs() {
		if !g.unmet.remove(id) {
			continue
		}
		g.deleted.add(id)
		if s := p.Senders[p.From[i]]; Countable(s.Type, s.Marks) {
			g.cell(ch, s.Author).addDeleted(1)
		}
	}
}

// applyChannelDeleted takes a channel out, and the threads of it that imports have told of.
func (g *Guild) applyChannelDeleted(e eventlog.ChannelDeleted) {
	g.channel(e.Channel)
	for id, ch := range g.channels {
		if (id == e.Channel || ch.parent == e.Channel) && !ch.deleted {
			g.empty(ch)
		}
	}
}

func (g *Guild) empty(ch *channel) {
	ch.deleted = true
	for _, c := range ch.cells {
		shown := c.imported + c.stream
		g.show(c, -int64(shown))
		c.addDeleted(max(shown, c.next+c.after)) // a first import may know more than is shown yet
		c.imported, c.stream, c.next, c.after = 0, 0, 0, 0
	}
}
