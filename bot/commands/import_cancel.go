package commands

import (
	"context"
	"errors"

	"github.com/bwmarrin/discordgo"

	"tally/bot/importer"
)

func (r *Router) importCancel() command {
	return command{
		definition: &discordgo.ApplicationCommand{
			Name: "import-cancel", Description: "Cancel the running import; the counts stay as they are",
			DefaultMemberPermissions: manageServer(), Contexts: inGuilds(),
		},
		handle: r.handleImportCancel,
	}
}

func (r *Router) handleImportCancel(ctx context.Context, i interaction) (reply, error) {
	err := i.target.Job.Cancel(ctx, i.id.Time())
	if errors.Is(err, importer.ErrNotRunning) {
		return reply{}, userError("No import is running. `/import-messages` starts one.")
	}
	if err != nil {
		return reply{}, err
	}
	return reply{embed: &discordgo.MessageEmbed{
		Title: "The import is cancelled", Color: colourInfo,
		Description: "The counts are what they were before it. `/import-messages` starts a new one, from the beginning.",
	}}, nil
}
