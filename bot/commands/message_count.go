package commands

import (
	"context"
	"fmt"
	"strings"

	"github.com/bwmarrin/discordgo"

	"tally/projections"
)

func (r *Router) messageCount() command {
	return command{
		definition: &discordgo.ApplicationCommand{
			Name: "message-count", Description: "How many messages you, or somebody else, wrote", Contexts: inGuilds(),
			Options: []*discordgo.ApplicationCommandOption{{
				Type: discordgo.ApplicationCommandOptionUser, Name: "user", Description: "Whose messages; without it, your own",
			}, periodOption()},
		},
		handle: r.handleMessageCount,
	}
}

// handleMessageCount answers with what is in memory at once; the card, for which the log is read, takes its place.
func (r *Router) handleMessageCount(ctx context.Context, i interaction) (reply, error) {
	who, s := i.user, spanOf(i)
	if id := i.idOption("user"); id != 0 {
		who = id
	}
	card := r.reading(func(_ context.Context, i interaction) (reply, error) { return card(i, who, s) })
	if !s.everything() {
		return card(ctx, i)
	}
	left := i.hasLeft(who)
	embed := &discordgo.MessageEmbed{Color: colourInfo}
	messages := uint64(0)
	i.target.Gate.View(func(g *projections.Guild) {
		rank, writers := g.Place(who)
		messages = g.Shown(g.User(who))
		embed.Description = fmt.Sprintf("%s wrote **%s**.", named(who, left), count(messages, "message"))
		if messages > 0 {
			embed.Fields = append(embed.Fields, place(rank, writers), field("Share of the server", share(messages, g.Total())))
		}
		if deleted := deletedOf(g, who); deleted != nil {
			embed.Fields = append(embed.Fields, deleted)
		}
	})
	rep := reply{embed: embed}
	rep.note(incomplete(i.target))
	if messages > 0 {
		rep.more = func(ctx context.Context) (reply, error) { return card(ctx, i) }
	}
	return rep, nil
}

func place(rank, of int) *discordgo.MessageEmbedField {
	return field("Rank", fmt.Sprintf("%s of %s", number(rank), number(of)))
}

// note puts lines into the footer. Empty ones go.
func (r *reply) note(texts ...string) {
	if text := lines(texts); text != "" {
		r.embed.Footer = &discordgo.MessageEmbedFooter{Text: text}
	}
}

// incomplete says in what the counts will still change, "" if in nothing.
func incomplete(t *Target) (note string) {
	t.Gate.View(func(g *projections.Guild) {
		switch status, _ := g.ImportStatus(); {
		case g.Committed() != nil && g.Covered():
		case g.Committed() != nil:
			note = "What was sent while I wasn't listening is being read."
		case status == projections.StatusRunning:
			note = "The history is being imported%s: until that is done, only new messages are counted."
		default:
			note = "The history is not imported yet: only messages since I joined are counted."
		}
	})
	if strings.Contains(note, "%s") {
		progress := ""
		if p, ok := t.Job.Progress(); ok && p.Fraction > 0 {
			progress = fmt.Sprintf(", about %d %% are read", int(p.Fraction*100))
		}
		note = fmt.Sprintf(note, progress)
	}
	return lines([]string{note, anew(t)})
}
