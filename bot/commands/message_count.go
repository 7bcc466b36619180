package commands

import (
	"context"
	"fmt"
	"strings"

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
	})
	if note := incomplete(i.target); note != "" {
		embed.Footer = &discordgo.MessageEmbedFooter{Text: note}
	}
	return reply{embed: embed}, nil
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
	return note
}
