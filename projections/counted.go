package projections

import (
	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// eachCounted reads the log again, up to the guild's position, and gives each message that counts in the guild
// once, with the event because of which it does: Counts is the one rule, here too. What is not within the
// window is left out.
func (g *Guild) eachCounted(log *eventlog.Log, w Window, give func(channel snowflake.ID, e eventlog.Found)) error {
	repairs := map[snowflake.ID][]eventlog.Found{} // they may repeat what another event holds
	err := g.eachPage(log, w.reaches, func(p *eventlog.Page) {
		if !w.names(p) {
			return
		}
		deleted := g.anyDeleted(p)
		for i := range p.Len() {
			switch e := (eventlog.Found{Message: p.Message(i), Origin: p.Origin, Import: p.Import}); {
			case !w.has(e.Message) || deleted && g.isDeleted(e.ID) || !g.countsIfThere(p.Channel, e):
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
			if e.Origin != eventlog.Repair && g.Counts(channel, e) {
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
