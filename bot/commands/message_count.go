package commands

import (
	"context"
	"fmt"

	"github.com/bwmarrin/discordgo"

	"tally/eventlog/snowflake"
	"tally/projections"
)

func (r *Router) messageCount() command {
	return command{
		definition: &discordgo.ApplicationCommand{
			Name: "message-count", Description: "How many messages you, or somebody else, wrote", Contexts: inGuilds(),
			Options: []*discordgo.ApplicationCommandOption{{
				Type: discordgo.ApplicationCommandOptionUser, Name: "user", Description: "Whose messages; without it, your own",
			}},
		},
		handle: r.handleMessageCount,
	}
}

func (r *Router) handleMessageCount(_ context.Context, i interaction) (reply, error) {
	who := i.user
	if id, ok := i.option("user").(string); ok {
		var err error
		if who, err = snowflake.Parse(id); err != nil {
			return reply{}, err
		}
	}
	embed := &discordgo.MessageEmbed{Color: colourInfo}
	i.target.Gate.View(func(g *projections.Guild) {
		c := g.User(who)
		embed.Description = fmt.Sprintf("%s wrote **%s**.", user(who), count(c.Messages, "message"))
		if c.Messages > 0 {
			rank, writers := g.Place(who)
			embed.Fields = append(embed.Fields, field("Rank", fmt.Sprintf("%s of %s", number(rank), number(writers))))
		}
		if c.Deleted > 0 {
			embed.Fields = append(embed.Fields, field("With deleted ones", number(c.Seen())))
		}
		embed.Footer = incomplete(g)
	})
	return reply{embed: embed}, nil
}

// incomplete says so where the history isn't counted yet.
func incomplete(g *projections.Guild) *discordgo.MessageEmbedFooter {
	switch status, _ := g.ImportStatus(); {
	case g.Committed() != nil:
		return nil
	case status == projections.StatusRunning:
		return &discordgo.MessageEmbedFooter{Text: "The history is being imported: until that is done, only new messages are counted."}
	}
	return &discordgo.MessageEmbedFooter{Text: "The history is not imported yet: only messages since I joined are counted."}
}
