package projections

import (
	"time"

	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// HasErased reports whether a user had himself erased, by the hash of eventlog.UserErased.
func (g *Guild) HasErased(hash uint64) bool { return g.erased[hash] }

// Erased returns how many users had themselves erased.
func (g *Guild) Erased() int { return len(g.erased) }

// Left returns when the bot was removed from the guild, in Discord's clock; the zero time if it is in it.
func (g *Guild) Left() time.Time { return g.left }

// Anonymize puts eventlog.Anonymous in the place of a user, as the log does whose author he is no more. Messages that
// count are then as a replay has them. Of the deleted ones a replay may know fewer: of a channel that was deleted while its
// import ran, it can't tell any more which user they were of.
func (g *Guild) Anonymize(user snowflake.ID) {
	for _, i := range []*Import{g.committed, g.running, g.ended} {
		if i != nil && i.By == user {
			i.By = eventlog.Anonymous
		}
	}
	if g.users[user] == nil || user == eventlog.Anonymous {
		return
	}
	for _, ch := range g.channels {
		own, ok := ch.cells[user]
		if !ok {
			continue
		}
		c := g.cell(ch, eventlog.Anonymous)
		c.imported += own.imported
		c.stream += own.stream
		c.deleted += own.deleted
		c.next += own.next
		c.after += own.after
		delete(ch.cells, user)
	}
	sum := g.users[eventlog.Anonymous]
	sum.Messages += g.users[user].Messages
	sum.Deleted += g.users[user].Deleted
	delete(g.users, user)
}
