package commands

import (
	"context"
	"time"

	"github.com/bwmarrin/discordgo"

	"tally/bot/members"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// How many people an answer has Discord asked for, to know who left, and how long it waits for that. Who isn't found
// out about is shown like all others.
const (
	mostAsked = 30
	askedFor  = 2 * time.Second
)

// named mentions a user. Discord's clients show no name of one who left the server, but a number.
func named(id snowflake.ID, left bool) string {
	if left {
		return user(id) + " (left)"
	}
	return user(id)
}

// whoLeft tells who of a board's rows left the server.
func whoLeft(ctx context.Context, m *members.Members, rows []projections.Standing) map[snowflake.ID]bool {
	ctx, stop := context.WithTimeout(ctx, askedFor)
	defer stop()
	left, _ := m.Left(ctx, mostAsked, usersOf(rows)...)
	return left
}

func usersOf(rows []projections.Standing) []snowflake.ID {
	users := make([]snowflake.ID, len(rows))
	for i, s := range rows {
		users[i] = s.User
	}
	return users
}

// pageOfThoseHere is a page of the board without those who left. Their ranks stay: they are the same as everywhere else,
// and a rank that is left out shows that somebody is. It is not sure where not all could be asked for.
func (r ranking) pageOfThoseHere(ctx context.Context, m *members.Members, page int) (p boardPage, sure bool) {
	ctx, stop := context.WithTimeout(ctx, askedFor)
	defer stop()
	p = boardPage{page: min(max(page, 1), pagesOf(r.users)), total: r.total, own: r.own, days: r.days}
	need := p.page*rowsPerPage + 1 // one more tells that there is a next page
	var here []projections.Standing
	ask := mostAsked
	for n, of := need, need+1; len(here) < need && n < 2*of; n *= 2 {
		var top []projections.Standing
		top, of = r.top(n)
		here, sure = thoseHere(ctx, m, top, need, &ask)
	}
	p.cut(here, len(here))
	p.open = len(here) >= need
	return p, sure
}

// thoseHere returns the first need of all who haven't left. It asks for as many as ask says, and takes those off.
func thoseHere(ctx context.Context, m *members.Members, all []projections.Standing, need int, ask *int) (here []projections.Standing, sure bool) {
	sure = true
	for len(all) > 0 && len(here) < need {
		some := all[:min(len(all), need-len(here))]
		all = all[len(some):]
		left, asked := m.Left(ctx, *ask, usersOf(some)...)
		*ask -= asked
		for _, s := range some {
			gone, known := left[s.User]
			if sure = sure && known; !gone {
				here = append(here, s)
			}
		}
	}
	return here, sure
}

// hiddenNote says that a board has not all.
func hiddenNote(sure bool) string {
	if sure {
		return "Without those who left; ranks are those among all."
	}
	return "Without those who left, as far as I could find out so quickly; ranks are those among all."
}

// hasLeft tells from what came with a command whether the one named in its option user has left: then Discord adds no
// member to the user. It is told to others who want to know.
func (i interaction) hasLeft(who snowflake.ID) bool {
	if i.Type != discordgo.InteractionApplicationCommand || i.ApplicationCommandData().Resolved == nil {
		return false
	}
	named := i.ApplicationCommandData().Resolved
	if named.Users[who.String()] == nil {
		return false
	}
	left := named.Members[who.String()] == nil
	i.target.Members.Note(who, left)
	return left
}
