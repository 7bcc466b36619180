package commands

import (
	"cmp"
	"context"
	"fmt"

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
		handle: r.handleMessageCount, hide: ofForgotten,
	}
}

// handleMessageCount answers with what is in memory at once; the card, for which the log is read, takes its place.
func (r *Router) handleMessageCount(ctx context.Context, i interaction) (reply, error) {
	who, s := cmp.Or(i.idOption("user"), i.user), spanOf(i)
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
	if messages == 0 {
		embed.Description = lines([]string{embed.Description, uncounted(i, who)})
	}
	rep := reply{embed: embed}
	rep.note(incomplete(i.target, 0))
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
