package commands

import (
	"bytes"
	"context"
	"fmt"

	"github.com/bwmarrin/discordgo"

	"tally/projections"
)

func (r *Router) recount() command {
	return command{
		definition: &discordgo.ApplicationCommand{
			Name: "recount", Description: "Count everything anew from the log, and say what changed",
			DefaultMemberPermissions: manageServer(), Contexts: inGuilds(),
		},
		handle: r.reading(r.handleRecount),
	}
}

func (r *Router) handleRecount(ctx context.Context, i interaction) (reply, error) {
	var changed []string
	same := false
	err := i.target.Gate.Recount(ctx, func(old, next *projections.Guild) {
		same = bytes.Equal(old.Encode(), next.Encode())
		for _, c := range projections.Changes(old, next) {
			changed = append(changed, fmt.Sprintf("%s: %s → %s", user(c.User), number(c.Counted), number(c.Expected)))
		}
	})
	if err != nil {
		return reply{}, err
	}
	embed := &discordgo.MessageEmbed{Title: "Recounted", Color: colourGood, Description: "Nothing changed."}
	switch {
	case len(changed) > 0:
		embed.Color = colourWarning
		embed.Description = lines(append([]string{fmt.Sprintf("%s changed.", count(len(changed), "count"))}, changed...))
	case !same:
		embed.Description = "No count changed, but what they rest on was wrong and is put right."
	}
	i.target.Gate.View(func(g *projections.Guild) {
		embed.Fields = append(embed.Fields, field("Messages", number(g.Total())), field("Members", number(g.Users())))
	})
	return reply{embed: embed}, nil
}
