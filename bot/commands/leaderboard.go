package commands

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/bwmarrin/discordgo"

	"tally/projections"
)

// rowsPerPage is how many users a page of the leaderboard shows.
const rowsPerPage = 10

const leaderboardName = "leaderboard"

func (r *Router) leaderboard() command {
	return command{
		definition: &discordgo.ApplicationCommand{
			Name: leaderboardName, Description: "Who wrote the most messages", Contexts: inGuilds(),
			Options: []*discordgo.ApplicationCommandOption{{
				Type: discordgo.ApplicationCommandOptionInteger, Name: "page", Description: "Which page, from 1", MinValue: new(1.0),
			}},
		},
		handle: r.handleLeaderboard,
	}
}

// buttonOf takes a button's custom id apart: the command that it belongs to, and its argument.
func buttonOf(customID string) (name, argument string) {
	name, argument, _ = strings.Cut(customID, ":")
	return name, argument
}

func (r *Router) handleLeaderboard(_ context.Context, i interaction) (reply, error) {
	page := 1
	if n, ok := i.option("page").(float64); ok {
		page = int(n)
	}
	if i.Type == discordgo.InteractionMessageComponent {
		_, argument := buttonOf(i.MessageComponentData().CustomID)
		page, _ = strconv.Atoi(argument)
	}
	var rep reply
	i.target.Gate.View(func(g *projections.Guild) { rep = board(g, i, page) })
	return rep, nil
}

// board shows one page; one that isn't there becomes the nearest.
func board(g *projections.Guild, i interaction, page int) reply {
	page = min(max(page, 1), pagesOf(g.Users()))
	top, users := g.Top(page * rowsPerPage)
	pages := pagesOf(users)
	page = min(page, pages)
	var rows []string
	for _, s := range top[min((page-1)*rowsPerPage, len(top)):min(page*rowsPerPage, len(top))] {
		rows = append(rows, fmt.Sprintf("**%d.** %s — %s", s.Rank, user(s.User), number(s.Messages)))
	}
	if len(rows) == 0 {
		rows = []string{"Nobody has written anything yet."}
	}
	footer := fmt.Sprintf("Page %s of %s · %s in all", number(page), number(pages), count(g.Total(), "message"))
	if own := g.User(i.user); own.Messages > 0 {
		footer += fmt.Sprintf(" · you: %s, rank %s", number(own.Messages), number(g.Rank(i.user)))
	}
	if note := incomplete(g); note != nil {
		footer += "\n" + note.Text
	}
	embed := &discordgo.MessageEmbed{
		Title: "Leaderboard of " + i.target.Directory.Name(), Description: lines(rows), Color: colourInfo,
		Footer: &discordgo.MessageEmbedFooter{Text: footer},
	}
	return reply{embed: embed, buttons: pageButtons(page, pages)}
}

// pagesOf returns how many pages users take; there is always one.
func pagesOf(users int) int { return max((users+rowsPerPage-1)/rowsPerPage, 1) }

func pageButtons(page, pages int) []discordgo.MessageComponent {
	if pages == 1 {
		return []discordgo.MessageComponent{}
	}
	button := func(label string, to int) discordgo.Button {
		return discordgo.Button{
			Label: label, Style: discordgo.SecondaryButton, Disabled: to < 1 || to > pages,
			CustomID: leaderboardName + ":" + strconv.Itoa(to),
		}
	}
	return []discordgo.MessageComponent{discordgo.ActionsRow{Components: []discordgo.MessageComponent{
		button("◀ Previous", page-1), button("Next ▶", page+1),
	}}}
}
