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
	at := g.users.find(user)
	if at < 0 || user == eventlog.Anonymous {
		return
	}
	for _, ch := range g.channels {
		if ch.writers.find(uint32(at)) >= 0 {
			g.rename(ch, user)
		}
	}
	own := g.users.sums[at]
	g.users.sums[at] = Count{} // nobody has this number any more
	sum := &g.users.sums[g.users.number(eventlog.Anonymous)]
	sum.Messages += own.Messages
	sum.Deleted += own.Deleted
}

// rename puts eventlog.Anonymous in the place of a user in one channel.
func (g *Guild) rename(ch *channel, user snowflake.ID) {
	old := *ch
	ch.writers, ch.cells, ch.aside = places[uint32]{}, nil, nil
	for i, c := range old.cells {
		author := g.author(&old, i)
		if author == user {
			author = eventlog.Anonymous
		}
		at := g.cell(ch, author)
		ch.cells[at].imported += c.imported
		ch.cells[at].stream += c.stream
		ch.cells[at].deleted += c.deleted
		if i < len(old.aside) && old.aside[i] != (aside{}) {
			kept := ch.kept(at)
			kept.next += old.aside[i].next
			kept.after += old.aside[i].after
		}
	}
}
