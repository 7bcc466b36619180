package commands

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/bwmarrin/discordgo"

	"tally/eventlog/snowflake"
	"tally/projections"
)

// rowsPerPage is how many users a page of the leaderboard shows.
const rowsPerPage = 10

const leaderboardName = "leaderboard"

func (r *Router) leaderboard() command {
	return command{
		definition: &discordgo.ApplicationCommand{
			Name: leaderboardName, Description: "Who wrote the most messages", Contexts: inGuilds(),
			Options: []*discordgo.ApplicationCommandOption{
				periodOption(), {
					Type: discordgo.ApplicationCommandOptionChannel, Name: "channel", Description: "Only this channel, with its threads",
				}, {
					Type: discordgo.ApplicationCommandOptionString, Name: "as_of", Description: "As it stood at the end of a day: YYYY-MM-DD",
				}, {
					Type: discordgo.ApplicationCommandOptionInteger, Name: "page", Description: "Which page, from 1", MinValue: new(1.0),
				}, {
					Type: discordgo.ApplicationCommandOptionBoolean, Name: "hide_left", Description: "Without those who left the server; ranks stay as they are",
				},
			},
		},
		handle: r.handleLeaderboard,
	}
}

// boardQuery is what a leaderboard shows. Its buttons carry it in their custom ids.
type boardQuery struct {
	span
	page     int
	hideLeft bool // only those who are here
}

// hidesLeft is in the custom ids of a board without those who left.
const hidesLeft = "here"

// buttonOf takes a button's custom id apart: the command that it belongs to, and its argument.
func buttonOf(customID string) (name, argument string) {
	name, argument, _ = strings.Cut(customID, ":")
	return name, argument
}

// queryOf reads a command's options, or a button.
func queryOf(i interaction) boardQuery {
	q := boardQuery{span: spanOf(i), page: 1, hideLeft: i.flag("hide_left")}
	if i.Type == discordgo.InteractionMessageComponent {
		_, argument := buttonOf(i.MessageComponentData().CustomID)
		parts := append(strings.Split(argument, ":"), "", "", "", "")
		q.page, _ = strconv.Atoi(parts[0])
		q.period, q.day, q.hideLeft = periodOf(parts[1]), parts[3], parts[4] == hidesLeft
		q.channel, _ = snowflake.Parse(parts[2])
		return q
	}
	if n, ok := i.option("page").(float64); ok {
		q.page = int(n)
	}
	return q
}

func (q boardQuery) customID() string {
	parts := []string{leaderboardName, strconv.Itoa(q.page), q.period.name, q.channel.String(), q.day}
	if q.hideLeft {
		parts = append(parts, hidesLeft)
	}
	return strings.Join(parts, ":")
}

// boardPage is one page of a leaderboard.
type boardPage struct {
	page, pages int
	open        bool // there are more pages, nobody knows how many
	rows        []projections.Standing
	left        map[snowflake.ID]bool // of the rows' users those who left the server
	total       uint64
	own         projections.Standing // the asker's; without messages there is none
	days        string               // by which clock, if any are meant
}

func (r *Router) handleLeaderboard(ctx context.Context, i interaction) (reply, error) {
	q := queryOf(i)
	rank, err := r.ranking(ctx, i, q)
	if err != nil {
		return reply{}, err
	}
	note := lines([]string{q.since(i.settings), incomplete(i.target, q.channel)})
	var page boardPage
	if q.hideLeft {
		var sure bool
		page, sure = rank.pageOfThoseHere(ctx, i.target.Members, q.page)
		note = strings.TrimSpace(hiddenNote(sure) + "\n" + note)
	} else {
		page = rank.pageOf(q.page)
		page.left = whoLeft(ctx, i.target.Members, page.rows)
	}
	q.page = page.page
	return q.reply(i.target.Directory.Name(), note, page), nil
}

// ranking is who wrote how much. What is in memory goes on changing; a part of it is counted anew from the log.
type ranking struct {
	top   func(n int) (first []projections.Standing, of int)
	users int
	total uint64
	own   projections.Standing // the asker's
	days  string               // by which clock, if any are meant
}

func (r *Router) ranking(ctx context.Context, i interaction, q boardQuery) (rank ranking, err error) {
	if q.everything() {
		i.target.Gate.View(func(g *projections.Guild) { rank = rankingOfAll(g, i.user) })
		rank.top = func(n int) (first []projections.Standing, of int) {
			i.target.Gate.View(func(g *projections.Guild) { first, of = g.Top(n) })
			return first, of
		}
		return rank, nil
	}
	if i.turn, err = r.Turns.take(ctx, i.target.Guild); err != nil {
		return rank, err
	}
	defer i.turn.end()
	g, w, err := q.count(i)
	if err != nil {
		return rank, err
	}
	board, err := g.Board(i.target.Gate.Log(), w)
	if err != nil {
		return rank, err
	}
	all := board.Standings
	rank = ranking{
		top:   func(n int) ([]projections.Standing, int) { return all[:min(n, len(all))], len(all) },
		users: len(all), total: board.Total, own: board.Of(i.user),
	}
	if q.period.name != allTime.name || q.day != "" {
		rank.days = days(g.Calendar())
	}
	return rank, nil
}

func rankingOfAll(g *projections.Guild, user snowflake.ID) ranking {
	r := ranking{top: g.Top, users: g.Users(), total: g.Total()}
	if r.own.Shown = g.Shown(g.User(user)); r.own.Shown > 0 {
		r.own.Rank = g.Rank(user)
	}
	return r
}

// pageOf returns a page; one that isn't there becomes the nearest.
func (r ranking) pageOf(page int) boardPage {
	p := boardPage{page: min(max(page, 1), pagesOf(r.users)), total: r.total, own: r.own, days: r.days}
	p.cut(r.top(p.page * rowsPerPage))
	return p
}

// cut takes the page's rows out of the first standings.
func (p *boardPage) cut(top []projections.Standing, users int) {
	p.pages = pagesOf(users)
	p.page = min(p.page, p.pages)
	p.rows = slices.Clone(top[min((p.page-1)*rowsPerPage, len(top)):min(p.page*rowsPerPage, len(top))])
}

func (q boardQuery) reply(server, note string, p boardPage) reply {
	var rows []string
	for _, s := range p.rows {
		row := fmt.Sprintf("%s — %s", named(s.User, p.left[s.User]), number(s.Shown))
		if s.Rank > 0 {
			row = fmt.Sprintf("**%s.** %s", number(s.Rank), row)
		}
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		rows = []string{"Nobody wrote anything."}
	}
	if q.channel != 0 {
		rows = slices.Insert(rows, 0, "In "+channel(q.channel)+", with its threads:")
	}
	footer := "Page " + number(p.page)
	if !p.open {
		footer += " of " + number(p.pages)
	}
	footer += fmt.Sprintf(" · %s in all", count(p.total, "message"))
	if p.own.Shown > 0 {
		footer += fmt.Sprintf(" · you: %s, rank %s", number(p.own.Shown), number(p.own.Rank))
	}
	footer = lines([]string{footer, p.days, note})
	embed := &discordgo.MessageEmbed{
		Title: "Leaderboard of " + server + q.title(), Description: lines(rows), Color: colourInfo,
		Footer: &discordgo.MessageEmbedFooter{Text: footer},
	}
	return reply{embed: embed, buttons: q.buttons(p)}
}

func pagesOf(users int) int { return max((users+rowsPerPage-1)/rowsPerPage, 1) }

// buttons turn the pages and switch the period.
func (q boardQuery) buttons(p boardPage) []discordgo.MessageComponent {
	turn := func(label string, to int) discordgo.Button {
		next := q
		next.page = to
		return discordgo.Button{Label: label, Style: discordgo.SecondaryButton, Disabled: to < 1 || to > p.pages, CustomID: next.customID()}
	}
	first := []discordgo.MessageComponent{}
	if p.pages > 1 {
		first = append(first, turn("◀ Previous", p.page-1), turn("Next ▶", p.page+1))
	}
	var second []discordgo.MessageComponent
	for _, to := range slices.Backward(periods) {
		next := q
		next.page, next.period = 1, to
		b := discordgo.Button{Label: to.label, Style: discordgo.SecondaryButton, CustomID: next.customID()}
		if to.name == q.period.name {
			b.Style, b.Disabled, b.CustomID = discordgo.PrimaryButton, true, b.CustomID+":shown"
		}
		if to.name == allTime.name {
			first = append(first, b)
		} else {
			second = append(second, b)
		}
	}
	return []discordgo.MessageComponent{discordgo.ActionsRow{Components: first}, discordgo.ActionsRow{Components: second}}
}
