package discordtest

import (
	"iter"

	"tally/eventlog/snowflake"
)

// Truth is what a counter must arrive at under the default policy: the messages that exist, of
// type 0 or 19, by no bot and no webhook.
type Truth struct {
	Total    int
	Users    map[snowflake.ID]int
	Channels map[snowflake.ID]int // channels and threads, those that the bot can't read too
}

// Truth counts a guild's messages.
func (s *Server) Truth(guild snowflake.ID) Truth {
	t := Truth{Users: map[snowflake.ID]int{}, Channels: map[snowflake.ID]int{}}
	g := s.Guild(guild)
	if g == nil {
		return t
	}
	g.mu.RLock()
	defer g.mu.RUnlock()
	people := s.users.snapshot()
	perUser := make([]int, len(people))
	for _, c := range g.order {
		n := 0
		for i := range c.rows.list {
			if r := &c.rows.list[i]; countable(r, people) {
				perUser[r.author]++
				n++
			}
		}
		if n > 0 {
			t.Channels[c.id] = n
			t.Total += n
		}
	}
	for i, n := range perUser {
		if n > 0 {
			t.Users[people[i].id] = n
		}
	}
	return t
}

func countable(r *row, people []user) bool {
	u := &people[r.author]
	return !r.dead && (r.kind == 0 || r.kind == 19) && !u.bot && !u.webhook && r.flags&FlagEphemeral == 0
}

// StoredMessage is a message of the history.
type StoredMessage struct {
	ID, Channel, Author snowflake.ID
	Type                int
	Counts              bool // under the default policy
}

// History yields a channel's messages, oldest first. The channel must not be used by the loop's body.
func (g *Guild) History(channel snowflake.ID) iter.Seq[StoredMessage] {
	return func(yield func(StoredMessage) bool) {
		g.mu.RLock()
		defer g.mu.RUnlock()
		c := g.channels[channel]
		if c == nil {
			return
		}
		people := g.s.users.snapshot()
		for i := range c.rows.list {
			r := &c.rows.list[i]
			m := StoredMessage{r.id, c.id, people[r.author].id, int(r.kind), countable(r, people)}
			if !r.dead && !yield(m) {
				return
			}
		}
	}
}
