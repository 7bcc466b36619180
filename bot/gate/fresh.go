package gate

import (
	"slices"

	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// livePages makes pages of what is new among the live messages of a channel.
func (g *Gate) livePages(channel snowflake.ID, jobs []*job) ([]eventlog.Body, error) {
	messages := make([]eventlog.Message, 0, len(jobs))
	for _, j := range jobs {
		messages = append(messages, j.messages...)
	}
	return g.streamPages(eventlog.Live, channel, messages)
}

// page makes pages of what is new in a page of history.
func (g *Gate) page(j *job) ([]eventlog.Body, error) {
	switch {
	case j.asked != 0 && j.asked != Asked(g.state.NextGap()):
		return nil, ErrStale
	case j.origin == eventlog.Repair && j.imp == 0:
		return g.repairPages(j.channel, j.messages)
	case j.origin == eventlog.Archive:
		return g.archivePages(j)
	case j.imp == 0:
		return g.streamPages(j.origin, j.channel, j.messages)
	}
	fresh, err := g.freshInImport(j)
	if err != nil {
		return nil, err
	}
	return pages(j.origin, j.imp, j.channel, fresh)
}

// streamPages makes pages of what is new to the stream side. What is older than the channel's cutoff
// doesn't count there; if the import that should have it lacks it, because it became visible only
// after the channel was read, it is a repair of that import too. What an archive alone holds so far was
// no proof that Discord has it: this is.
func (g *Gate) streamPages(origin eventlog.Origin, channel snowflake.ID, messages []eventlog.Message) ([]eventlog.Body, error) {
	fresh, archived, err := g.freshInStream(channel, messages)
	if err != nil || len(fresh)+len(archived) == 0 {
		return nil, err
	}
	bodies, err := pages(origin, 0, channel, fresh)
	if err != nil {
		return nil, err
	}
	if running := g.state.Running(); running != nil {
		g.late += len(below(running.Cutoff, fresh))
	}
	cutoff, _ := g.state.Cutoff(channel)
	late, err := g.importRepairs(channel, below(cutoff, append(fresh, archived...)))
	if err != nil {
		return nil, err
	}
	return append(bodies, late...), nil
}

// repairPages makes pages of what a verification found missing: each message belongs to the side on which
// it should count.
func (g *Gate) repairPages(channel snowflake.ID, messages []eventlog.Message) ([]eventlog.Body, error) {
	cutoff, _ := g.state.Cutoff(channel)
	older := below(cutoff, messages)
	bodies, err := g.importRepairs(channel, older)
	if err != nil {
		return nil, err
	}
	newer := slices.DeleteFunc(slices.Clone(messages), func(m eventlog.Message) bool { return m.ID < cutoff })
	fresh, _, err := g.freshInStream(channel, newer)
	if err != nil {
		return nil, err
	}
	live, err := pages(eventlog.Repair, 0, channel, fresh)
	return append(bodies, live...), err
}

// importRepairs makes repairs of what the channel's import lacks of messages older than its cutoff.
func (g *Gate) importRepairs(channel snowflake.ID, older []eventlog.Message) ([]eventlog.Body, error) {
	_, imp := g.state.Cutoff(channel)
	held, err := g.heldInLog(channel, idsOf(older), func(f eventlog.Found) bool { return f.Import == imp })
	if err != nil {
		return nil, err
	}
	lacking := slices.DeleteFunc(slices.Clone(older), func(m eventlog.Message) bool { return held[m.ID] })
	return pages(eventlog.Repair, imp, channel, lacking)
}

func below(cutoff snowflake.ID, messages []eventlog.Message) []eventlog.Message {
	var older []eventlog.Message
	for _, m := range messages {
		if m.ID < cutoff {
			older = append(older, m)
		}
	}
	return older
}

func idsOf(messages []eventlog.Message) []snowflake.ID {
	ids := make([]snowflake.ID, len(messages))
	for i, m := range messages {
		ids[i] = m.ID
	}
	return ids
}

// pages splits messages over as many pages as they need.
func pages(origin eventlog.Origin, imp uint32, channel snowflake.ID, messages []eventlog.Message) ([]eventlog.Body, error) {
	var bodies []eventlog.Body
	for part := range slices.Chunk(messages, eventlog.MaxPage) {
		p, err := eventlog.NewPage(origin, imp, channel, part)
		if err != nil {
			return nil, err
		}
		bodies = append(bodies, p)
	}
	return bodies, nil
}

// freshInStream returns the messages that live tracking doesn't hold yet, each once, and notes them as
// held: see forgetRecent. archived are those that it holds from an archive alone. What a thread begins with
// may have the id of the message that the thread was started from, and of the thread: the recent ids, which
// know no channels, leave it out.
func (g *Gate) freshInStream(channel snowflake.ID, messages []eventlog.Message) (fresh, archived []eventlog.Message, err error) {
	var ask []snowflake.ID
	for _, m := range messages {
		if m.ID == channel || !g.recent.knows(m.ID) {
			ask = append(ask, m.ID)
		}
	}
	held, old := map[snowflake.ID]bool{}, map[snowflake.ID]bool{}
	if len(ask) > 0 {
		found, err := g.log.Find(g.state.ID, channel, ask...)
		if err != nil {
			return nil, nil, err
		}
		for _, f := range found {
			held[f.ID] = held[f.ID] || f.Import == 0
			old[f.ID] = old[f.ID] || f.Origin == eventlog.Archive
		}
	}
	for _, m := range messages {
		switch {
		case held[m.ID] && old[m.ID]:
			archived = append(archived, m)
			old[m.ID] = false // each once
		case !held[m.ID] && (m.ID == channel || !g.recent.has(m.ID)):
			held[m.ID] = true
			fresh = append(fresh, m)
		}
	}
	for _, m := range fresh {
		if m.ID != channel {
			g.recent.add(m.ID)
		}
	}
	return fresh, archived, nil
}

// forgetRecent is called when what was noted as held didn't get into the log: then the log alone knows.
func (g *Gate) forgetRecent() { g.recent = newRecent(g.state.Newest()) }

// freshInImport returns the messages that the job's import doesn't hold yet.
func (g *Gate) freshInImport(j *job) ([]eventlog.Message, error) {
	running := g.state.Running()
	if running == nil || running.Number != j.imp {
		return nil, nil // it was cancelled: nobody wants the page any more
	}
	unread := g.unread(j, running)
	var ask []snowflake.ID
	for _, m := range j.messages {
		if m.ID >= unread {
			ask = append(ask, m.ID)
		}
	}
	held, err := g.heldInLog(j.channel, ask, func(f eventlog.Found) bool { return f.Import == j.imp })
	if err != nil {
		return nil, err
	}
	var fresh []eventlog.Message
	for _, m := range j.messages {
		if !held[m.ID] && m.ID < running.Cutoff {
			held[m.ID] = true
			fresh = append(fresh, m)
		}
	}
	return fresh, nil
}

// unread returns the id below which the import can't hold anything of the job's channel: pages come newest
// first. Repairs come in any order when the channel is finished, and a deleted channel's cursor stands still.
func (g *Gate) unread(j *job, running *projections.Import) snowflake.ID {
	c := running.Channels[j.channel]
	switch {
	case j.origin == eventlog.Repair, g.state.IsChannelDeleted(j.channel), c != nil && c.Outcome != 0:
		return 0
	case c == nil:
		return running.Cutoff
	}
	return c.Cursor
}

// heldInLog returns which of the ids the log holds on the side that is asked for.
func (g *Gate) heldInLog(channel snowflake.ID, ids []snowflake.ID, side func(eventlog.Found) bool) (map[snowflake.ID]bool, error) {
	held := map[snowflake.ID]bool{}
	if len(ids) == 0 {
		return held, nil
	}
	found, err := g.log.Find(g.state.ID, channel, ids...)
	for _, f := range found {
		held[f.ID] = held[f.ID] || side(f)
	}
	return held, err
}

// deletes makes one record of deletes. Ids that are known as deleted are left out; of the others it is
// noted what the log holds of them.
func (g *Gate) deletes(jobs []*job) ([]eventlog.Body, error) {
	known := map[snowflake.ID]bool{}
	byChannel := map[snowflake.ID]*eventlog.Deletes{}
	var bodies []eventlog.Body
	for _, j := range jobs {
		for _, id := range j.deleted {
			if known[id] || g.state.IsDeleted(id) {
				continue
			}
			known[id] = true
			d := byChannel[j.channel]
			if d == nil {
				d = &eventlog.Deletes{Channel: j.channel}
				byChannel[j.channel] = d
				bodies = append(bodies, d)
			}
			d.List = append(d.List, eventlog.Delete{ID: id})
		}
	}
	for channel, d := range byChannel {
		if err := g.lookUp(channel, d); err != nil {
			return nil, err
		}
	}
	return bodies, nil
}

// lookUp notes who wrote deleted messages, and what rests on them.
func (g *Gate) lookUp(channel snowflake.ID, d *eventlog.Deletes) error {
	ids := make([]snowflake.ID, len(d.List))
	for i, m := range d.List {
		ids[i] = m.ID
	}
	found, err := g.log.Find(g.state.ID, channel, ids...)
	if err != nil {
		return err
	}
	d.List = nil
	for _, id := range ids {
		d.List = append(d.List, g.state.Delete(channel, id, found)...)
	}
	return nil
}
