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
				},
			},
		},
		handle: r.handleLeaderboard,
	}
}

// boardQuery is what a leaderboard shows. Its buttons carry it in their custom ids.
type boardQuery struct {
	span
	page int
}

// buttonOf takes a button's custom id apart: the command that it belongs to, and its argument.
func buttonOf(customID string) (name, argument string) {
	name, argument, _ = strings.Cut(customID, ":")
	return name, argument
}

// queryOf reads a command's options, or a button.
func queryOf(i interaction) boardQuery {
	q := boardQuery{span: spanOf(i), page: 1}
	if i.Type == discordgo.InteractionMessageComponent {
		_, argument := buttonOf(i.MessageComponentData().CustomID)
		parts := append(strings.Split(argument, ":"), "", "", "")
		q.page, _ = strconv.Atoi(parts[0])
		q.period, q.day = periodOf(parts[1]), parts[3]
		q.channel, _ = snowflake.Parse(parts[2])
		return q
	}
	if n, ok := i.option("page").(float64); ok {
		q.page = int(n)
	}
	return q
}

func (q boardQuery) customID() string {
	return strings.Join([]string{leaderboardName, strconv.Itoa(q.page), q.period.name, q.channel.String(), q.day}, ":")
}

// boardPage is one page of a leaderboard.
type boardPage struct {
	page, pages int
	rows        []projections.Standing
	total       uint64
	own         projections.Standing // the asker's; without messages there is none
	days        string               // by which clock, if any are meant
}

func (r *Router) handleLeaderboard(_ context.Context, i interaction) (reply, error) {
	q := queryOf(i)
	page, err := q.pageOf(i)
	if err != nil {
		return reply{}, err
	}
	q.page = page.page
	return q.reply(i.target.Directory.Name(), incomplete(i.target), page), nil
}

// pageOf counts; a page that isn't there becomes the nearest. All that counts is in memory, a part of it is
// counted anew from the log.
func (q boardQuery) pageOf(i interaction) (p boardPage, err error) {
	if q.everything() {
		i.target.Gate.View(func(g *projections.Guild) { p = pageOfAll(g, q.page, i.user) })
		return p, nil
	}
	g, w, err := q.count(i)
	if err != nil {
		return p, err
	}
	board, err := g.Board(i.target.Gate.Log(), w)
	if err != nil {
		return p, err
	}
	p.page = max(q.page, 1)
	p.cut(board.Standings, len(board.Standings))
	p.total, p.own = board.Total, board.Of(i.user)
	if q.period.name != allTime.name || q.day != "" {
		p.days = days(g.Calendar())
	}
	return p, nil
}

func pageOfAll(g *projections.Guild, page int, user snowflake.ID) boardPage {
	p := boardPage{page: min(max(page, 1), pagesOf(g.Users())), total: g.Total()}
	p.cut(g.Top(p.page * rowsPerPage))
	if p.own.Shown = g.Shown(g.User(user)); p.own.Shown > 0 {
		p.own.Rank = g.Rank(user)
	}
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
		rows = append(rows, fmt.Sprintf("**%d.** %s — %s", s.Rank, user(s.User), number(s.Shown)))
	}
	if len(rows) == 0 {
		rows = []string{"Nobody wrote anything."}
	}
	if q.channel != 0 {
		rows = slices.Insert(rows, 0, "In "+channel(q.channel)+", with its threads:")
	}
	footer := fmt.Sprintf("Page %s of %s · %s in all", number(p.page), number(p.pages), count(p.total, "message"))
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
