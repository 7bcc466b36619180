package commands

import (
	"context"
	"errors"
	"fmt"

	"github.com/bwmarrin/discordgo"

	"tally/bot/importer"
	"tally/projections"
)

func (r *Router) importMessages() command {
	return command{
		definition: &discordgo.ApplicationCommand{
			Name: "import-messages", Description: "Read the whole history of this server and count it",
			DefaultMemberPermissions: manageServer(), Contexts: inGuilds(),
			Options: []*discordgo.ApplicationCommandOption{{
				Type: discordgo.ApplicationCommandOptionBoolean, Name: "force",
				Description: "Start over, also if an import is running or has completed",
			}},
		},
		handle: r.handleImportMessages,
	}
}

func (r *Router) handleImportMessages(ctx context.Context, i interaction) (reply, error) {
	imp, err := i.target.Job.Start(ctx, importer.Request{At: i.id, By: i.user, In: i.channel, Forced: i.flag("force")})
	switch {
	case errors.Is(err, importer.ErrRunning):
		return r.handleImportStatus(ctx, i)
	case errors.Is(err, importer.ErrCompleted):
		return alreadyImported(i.target), nil
	case err != nil:
		return reply{}, err
	}
	text := fmt.Sprintf("I read everything sent before %s; what comes from then on I count live. ", instant(imp.Start()))
	if i.settings.Private {
		text += "How far I am, `/import-status` says."
	} else {
		text += "How far I am, I report in this channel."
	}
	if imp.Forced {
		text += "\nUntil it is done, the counts stay as they are."
	}
	return reply{embed: &discordgo.MessageEmbed{Title: "The import has started", Description: text, Color: colourInfo}}, nil
}

func alreadyImported(t *Target) reply {
	var text string
	t.Gate.View(func(g *projections.Guild) {
		done := g.Committed()
		text = fmt.Sprintf("It completed %s with %s. Since then every message is counted live.\n"+
			"To read everything again, use `/import-messages force:True`: the counts stay as they are until it is done.",
			ago(done.Finished), count(done.Messages, "message"))
	})
	return reply{embed: &discordgo.MessageEmbed{Title: "The history is already imported", Description: text, Color: colourInfo}}
}
