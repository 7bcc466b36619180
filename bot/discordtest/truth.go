package discordtest

import (
	"iter"
	"slices"

	"tally/eventlog/snowflake"
)

// Rules say what counts. The zero value is the default: messages of type 0 or 19, by no bot and no webhook.
type Rules struct {
	Bots     bool // by bots that no webhook speaks for
	Webhooks bool // of type 0 or 19
	Commands bool // of type 20 or 23, by whomever
	// Excluded are channels and categories; their channels and threads don't count either.
	Excluded []snowflake.ID
}

// Truth is what a counter must arrive at: the messages that exist and count.
type Truth struct {
	Total    int
	Users    map[snowflake.ID]int
	Channels map[snowflake.ID]int // channels and threads, those that the bot can't read too
}

// Truth counts a guild's messages by the default rules.
func (s *Server) Truth(guild snowflake.ID) Truth { return s.TruthBy(guild, Rules{}) }

// TruthBy counts a guild's messages.
func (s *Server) TruthBy(guild snowflake.ID, rules Rules) Truth {
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
		if g.within(c, rules.Excluded) {
			continue
		}
		for i := range c.rows.list {
			if r := &c.rows.list[i]; rules.countable(c, r, people) {
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

func (rules Rules) countable(c *channel, r *row, people []user) bool {
	u := &people[r.author]
	switch {
	case r.dead || r.flags&FlagEphemeral != 0:
		return false
	case r.kind == 20 || r.kind == 23:
		return rules.Commands
	case r.kind != 0 && r.kind != 19:
		return false
	}
	x := c.rows.extraOf(*r)
	if u.webhook || x != nil && x.webhook != 0 {
		return rules.Webhooks
	}
	return !u.bot || rules.Bots
}

// within reports whether a channel, its own or its category is in a list. g.mu is held.
func (g *Guild) within(c *channel, list []snowflake.ID) bool {
	for ; c != nil; c = g.channels[c.parent] {
		if slices.Contains(list, c.id) {
			return true
		}
	}
	return false
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
			m := StoredMessage{r.id, c.id, people[r.author].id, int(r.kind), Rules{}.countable(c, r, people)}
			if !r.dead && !yield(m) {
				return
			}
		}
	}
}
