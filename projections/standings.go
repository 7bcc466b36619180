package projections

import (
	"cmp"
	"slices"

	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// Standing is one user's place among all.
type Standing struct {
	User snowflake.ID
	Rank int // from 1; users with as many messages stand in the order of their ids; eventlog.Anonymous, behind all, has 0
	Count
	Shown uint64 // of these, what the settings want to be shown: see Guild.Shown
}

// Shown returns what is told of a count: the messages that exist or, where the settings say so, all that were
// ever seen.
func (g *Guild) Shown(c Count) uint64 {
	if g.settings.Deleted {
		return c.Seen()
	}
	return c.Messages
}

// Total returns the number of messages of all users that is shown.
func (g *Guild) Total() uint64 { return g.Shown(g.total) }

// Sum returns the count of all users together.
func (g *Guild) Sum() Count { return g.total }

// Users returns the number of users of whom a message was ever seen.
func (g *Guild) Users() int { return len(g.users.keys) }

// User returns one user's count; of someone unknown, zeros.
func (g *Guild) User(id snowflake.ID) Count {
	if u := g.users.of(id); u != nil {
		return *u
	}
	return Count{}
}

// Standings returns all users of whom a countable message was ever seen: most messages first, then by
// id.
func (g *Guild) Standings() []Standing {
	all, _ := g.Top(g.Users())
	return all
}

// Top returns the first n of Standings, and how many users those hold in all. For a small n it looks at
// each user once and sorts few.
func (g *Guild) Top(n int) (top []Standing, of int) {
	top = make([]Standing, 0, min(2*n, g.Users()))
	cut := false // the first n of top are sorted: who is behind the last of them is out
	for i, u := range g.users.sums {
		if u.Seen() == 0 {
			continue
		}
		of++
		s := Standing{User: g.users.keys[i], Count: u, Shown: g.Shown(u)}
		if n < 1 || cut && s.behind(top[n-1]) > 0 {
			continue
		}
		if len(top) == 2*n {
			slices.SortFunc(top, Standing.behind)
			top, cut = top[:n], true
		}
		top = append(top, s)
	}
	slices.SortFunc(top, Standing.behind)
	top = top[:min(n, len(top))]
	number(top)
	return top, of
}

// number gives the first standings their ranks.
func number(top []Standing) {
	for i, s := range top {
		if s.User != eventlog.Anonymous {
			top[i].Rank = i + 1
		}
	}
}

// behind is above 0 where s stands behind o.
func (s Standing) behind(o Standing) int {
	if s.User == eventlog.Anonymous || o.User == eventlog.Anonymous { // all who had themselves erased, in one: they take nobody's place
		return cmp.Compare(o.User, s.User)
	}
	if s.Shown != o.Shown { // cmp.Or would compare the ids too, of each user for each answer
		return cmp.Compare(o.Shown, s.Shown)
	}
	return cmp.Compare(s.User, o.User)
}

// Rank returns a user's place, from 1.
func (g *Guild) Rank(id snowflake.ID) int {
	rank, _ := g.Place(id)
	return rank
}

// Place returns a user's place, from 1, and Writers.
func (g *Guild) Place(id snowflake.ID) (rank, writers int) {
	own := Standing{User: id, Shown: g.Shown(g.User(id))}
	rank = 1
	for i, u := range g.users.sums {
		shown := g.Shown(u)
		if shown > 0 && g.users.keys[i] != eventlog.Anonymous {
			writers++
		}
		if u.Seen() > 0 && own.behind(Standing{User: g.users.keys[i], Shown: shown}) > 0 {
			rank++
		}
	}
	return rank, writers
}

// ChannelCount is what is shown of one channel or thread.
type ChannelCount struct {
	Channel  snowflake.ID
	Messages uint64
}

// Channels returns the channels that have messages: most first, then by id.
func (g *Guild) Channels() []ChannelCount {
	var all []ChannelCount
	for id, ch := range g.channels {
		if ch.excluded {
			continue
		}
		var sum Count
		for _, c := range ch.cells {
			sum.Messages += uint64(c.imported) + uint64(c.stream)
			sum.Deleted += uint64(c.deleted)
		}
		if n := g.Shown(sum); n > 0 {
			all = append(all, ChannelCount{id, n})
		}
	}
	slices.SortFunc(all, func(a, b ChannelCount) int {
		return cmp.Or(cmp.Compare(b.Messages, a.Messages), cmp.Compare(a.Channel, b.Channel))
	})
	return all
}

// Writers returns the number of users who have messages that are shown.
func (g *Guild) Writers() int {
	n := 0
	for i, u := range g.users.sums {
		if g.Shown(u) > 0 && g.users.keys[i] != eventlog.Anonymous {
			n++
		}
	}
	return n
}

// Changes returns the users whose messages differ between two counts: Counted is in from, Expected in to.
func Changes(from, to *Guild) []Difference {
	counts := map[snowflake.ID]uint64{}
	for i, id := range to.users.keys {
		counts[id] = to.users.sums[i].Messages
	}
	return (&Exact{Users: counts}).Compare(from)
}
