package projections

import (
	"fmt"
	"slices"

	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// Window is a part of a guild's messages: those with From <= id < To, in the channels that In takes, by Author.
type Window struct {
	From, To snowflake.ID
	In       func(channel snowflake.ID) bool // nil: all
	Author   snowflake.ID                    // 0: all
}

// reaches reports whether a page may hold messages of the window, by its head alone.
func (w Window) reaches(p *eventlog.Page) bool {
	return p.First < w.To && p.Last >= w.From && (w.In == nil || w.In(p.Channel))
}

// names reports whether the window's author is among a page's.
func (w Window) names(p *eventlog.Page) bool {
	return w.Author == 0 || slices.ContainsFunc(p.Senders, func(s eventlog.Sender) bool { return s.Author == w.Author })
}

// has reports whether a message of a page that the window reaches is within it.
func (w Window) has(m eventlog.Message) bool {
	return w.From <= m.ID && m.ID < w.To && (w.Author == 0 || m.Author == w.Author)
}

// Board is who wrote how much in a window.
type Board struct {
	Total     uint64
	Standings []Standing // those who wrote something; of their Count the Messages alone, which are those shown
}

// Of returns a user's standing; the zero Standing of one who isn't on the board.
func (b *Board) Of(user snowflake.ID) Standing {
	for _, s := range b.Standings {
		if s.User == user {
			return s
		}
	}
	return Standing{}
}

// Writers returns the number of users who wrote something.
func (b *Board) Writers() int {
	n := len(b.Standings)
	if n > 0 && b.Standings[n-1].User == eventlog.Anonymous {
		n--
	}
	return n
}

// Board counts the messages of a window that count in the guild. It reads the log again, up to the guild's
// position.
func (g *Guild) Board(log *eventlog.Log, w Window) (*Board, error) {
	b, users := &Board{}, map[snowflake.ID]uint64{}
	err := g.eachCounted(log, w, func(_ snowflake.ID, e eventlog.Found) {
		users[e.Author]++
		b.Total++
	})
	if err != nil {
		return nil, fmt.Errorf("count a part of guild %s: %w", g.ID, err)
	}
	for id, n := range users {
		b.Standings = append(b.Standings, Standing{User: id, Count: Count{Messages: n}, Shown: n})
	}
	slices.SortFunc(b.Standings, Standing.behind)
	number(b.Standings)
	return b, nil
}
