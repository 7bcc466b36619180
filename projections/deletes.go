package projections

import (
	"slices"

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

// Counts reports whether a message counts, or would, because of one event that holds it.
func (g *Guild) Counts(channelID snowflake.ID, found eventlog.Found) bool {
	ch := g.placeOf(channelID)
	return !ch.deleted && !g.isDeleted(found.ID) && g.rests(ch, found)
}

// shows is Counts of a message that isn't deleted by itself, but for what the settings want to be shown of a channel
// that is gone.
func (g *Guild) shows(ch *channel, found eventlog.Found) bool {
	return (!ch.deleted || g.settings.Deleted) && g.rests(ch, found)
}

// placeOf returns a channel, known or not.
func (g *Guild) placeOf(id snowflake.ID) *channel {
	if ch, ok := g.channels[id]; ok {
		return ch
	}
	ch := &channel{}
	ch.excluded = g.excludes(id, ch)
	return ch
}

// rests reports whether the channel's count rests on an event, as long as the channel and the message are there.
func (g *Guild) rests(ch *channel, found eventlog.Found) bool {
	if ch.excluded || !g.policy.Countable(found.Type, found.Marks) {
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

// Delete tells a deleted message as the gate stores it: where the log holds it, and whose it was. Where
// those who hold it differ in that (see applyDeletes), it is told once for each, one after the other.
func (g *Guild) Delete(channelID, id snowflake.ID, found []eventlog.Found) (told []eventlog.Delete) {
	for _, f := range found {
		if f.ID != id {
			continue
		}
		at := slices.IndexFunc(told, func(d eventlog.Delete) bool { return d.Author == f.Author && d.Type == f.Type && d.Marks == f.Marks })
		if at < 0 {
			at, told = len(told), append(told, eventlog.Delete{ID: id, Author: f.Author, Type: f.Type, Marks: f.Marks})
		}
		told[at].Held |= g.Held(channelID, f)
	}
	if len(told) == 0 {
		return []eventlog.Delete{{ID: id}}
	}
	return told
}

// applyDeletes takes messages out. One message may be told several times in a row: it was somebody's when
// it came live or was archived, and nobody's in particular when an import read it, for his account was gone.
func (g *Guild) applyDeletes(d *eventlog.Deletes) {
	ch := g.channel(d.Channel)
	for rest := d.List; len(rest) > 0; {
		told := rest[:1:1]
		for rest = rest[1:]; len(rest) > 0 && rest[0].ID == told[0].ID; rest = rest[1:] {
			if !slices.Contains(told, rest[0]) { // else two whose it was were erased, and are one now
				told = append(told, rest[0])
			}
		}
		g.applyDelete(ch, told)
	}
}

func (g *Guild) applyDelete(ch *channel, told []eventlog.Delete) {
	switch id := told[0].ID; {
	case g.isDeleted(id):
		return
	case told[0].Held == 0:
		g.unmet.add(id)
		return
	default:
		g.deleted.add(id)
	}
	if ch.deleted {
		return
	}
	countable := func(m eventlog.Delete) bool { return g.policy.Countable(m.Type, m.Marks) }
	for _, m := range told {
		if countable(m) {
			g.takeOut(ch, g.cell(ch, m.Author), m)
		}
	}
	by := slices.IndexFunc(told, ch.restsOn)
	if by < 0 {
		by = slices.IndexFunc(told, countable)
	}
	if by >= 0 && countable(told[by]) {
		g.deletedOne(ch, told[by].ID, told[by].Author)
	}
}

// restsOn reports whether the channel's count rests on who holds the message so.
func (ch *channel) restsOn(m eventlog.Delete) bool {
	if m.ID < ch.cutoff {
		return m.Held&eventlog.HeldCommitted != 0
	}
	return m.Held&eventlog.HeldStream != 0
}

// takeOut takes a message out of where it is counted.
func (g *Guild) takeOut(ch *channel, at int, m eventlog.Delete) {
	if ch.restsOn(m) {
		c := &ch.cells[at]
		if m.ID < ch.cutoff {
			c.imported--
		} else {
			c.stream--
		}
		g.show(ch, at, -1)
	}
	held := func(where eventlog.Held) bool { return m.Held&where != 0 }
	switch {
	case g.running == nil:
	case m.ID < g.running.Cutoff && held(eventlog.HeldRunning):
		ch.kept(at).next--
	case m.ID >= g.running.Cutoff && held(eventlog.HeldStream):
		ch.kept(at).after--
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
		if s := p.Senders[p.From[i]]; g.policy.Countable(s.Type, s.Marks) {
			g.deletedOne(ch, id, s.Author)
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
	for at := range ch.cells {
		c, r := &ch.cells[at], ch.kept(at)
		shown := c.imported + c.stream
		g.show(ch, at, -int64(shown))
		g.addDeleted(ch, at, max(shown, r.next+r.after)) // a first import may know more than is shown yet
		c.imported, c.stream = 0, 0
	}
	ch.aside = nil
}
