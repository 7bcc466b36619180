package projections

import (
	"github.com/oklog/ulid/v2"

	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// eachCounted reads the log again, up to the guild's position, and gives each message that is shown of the guild
// once, with the event because of which it is: Counts is the one rule, here too. What is not within the
// window is left out.
func (g *Guild) eachCounted(log *eventlog.Log, w Window, give func(channel snowflake.ID, e eventlog.Found)) error {
	lost, err := g.deletedOnes(log)
	if err != nil {
		return err
	}
	repairs := map[snowflake.ID][]eventlog.Found{} // they may repeat what another event holds
	err = g.eachPage(log, w.reaches, func(p *eventlog.Page) {
		if !w.names(p) {
			return
		}
		ch, deleted := g.placeOf(p.Channel), g.anyDeleted(p)
		for i := range p.Len() {
			switch e := (eventlog.Found{Message: p.Message(i), Origin: p.Origin, Import: p.Import}); {
			case !w.has(e.Message):
			case lost.take(e) && !ch.excluded:
				give(p.Channel, e)
			case deleted && g.isDeleted(e.ID), !g.shows(ch, e):
			case p.Origin == eventlog.Repair:
				repairs[p.Channel] = append(repairs[p.Channel], e)
			default:
				give(p.Channel, e)
			}
		}
	})
	if err != nil {
		return err
	}
	return g.eachRepair(log, repairs, give)
}

// eachRepair gives the messages that count by a repair alone. The repair of an import that was given up
// repeats what live tracking holds.
func (g *Guild) eachRepair(log *eventlog.Log, repairs map[snowflake.ID][]eventlog.Found, give func(channel snowflake.ID, e eventlog.Found)) error {
	for channel, events := range repairs {
		ids := make([]snowflake.ID, len(events))
		for i, e := range events {
			ids[i] = e.ID
		}
		found, err := log.Find(g.ID, channel, ids...)
		if err != nil {
			return err
		}
		counted := map[snowflake.ID]bool{}
		for _, e := range found {
			if e.Origin != eventlog.Repair && g.shows(g.placeOf(channel), e) {
				counted[e.ID] = true
			}
		}
		for _, e := range events {
			if !counted[e.ID] {
				counted[e.ID] = true
				give(channel, e)
			}
		}
	}
	return nil
}

// lost is whose the messages were, by their ids, that are known to be deleted and shown all the same.
type lost struct {
	authors map[snowflake.ID]snowflake.ID
	policy  Policy
}

// deletedOnes finds them by folding the log once more: only then is it known of each whose it was. There are
// none unless the settings want them.
func (g *Guild) deletedOnes(log *eventlog.Log) (lost, error) {
	all := lost{map[snowflake.ID]snowflake.ID{}, g.policy}
	if !g.settings.Deleted || g.position == (ulid.ULID{}) {
		return all, nil
	}
	again := NewGuild(g.ID)
	again.policy = g.policy
	again.onDelete = func(id, author snowflake.ID) { all.authors[id] = author }
	return all, again.follow(log, g.position)
}

// take reports whether an event is the first to hold a lost message as the one wrote it whose it was.
func (l lost) take(e eventlog.Found) bool {
	author, ok := l.authors[e.ID]
	if !ok || author != e.Author || !l.policy.Countable(e.Type, e.Marks) {
		return false
	}
	delete(l.authors, e.ID)
	return true
}
