package commands

import (
	"context"

	"github.com/bwmarrin/discordgo"
)

const eraseUserName = "erase-user"

func (r *Router) eraseUser() command {
	return command{
		definition: &discordgo.ApplicationCommand{
			Name: eraseUserName, Description: "Take somebody's id out of all that I keep of this server, for good",
			DefaultMemberPermissions: manageServer(), Contexts: inGuilds(),
			Options: []*discordgo.ApplicationCommandOption{{
				Type: discordgo.ApplicationCommandOptionUser, Name: "user", Description: "Who is to be forgotten; the id of somebody who left works too", Required: true,
			}},
		},
		handle: r.handleEraseUser, private: true,
	}
}

func (r *Router) handleEraseUser(ctx context.Context, i interaction) (reply, error) {
	if i.Type == discordgo.InteractionMessageComponent {
		return r.confirmed(ctx, i, "The member is forgotten", "Nothing that I keep names that member any more")
	}
	who := i.idOption("user")
	if who == 0 {
		return reply{}, userError("Say who is to be forgotten: a member, or the id of somebody who left.")
	}
	return ask(eraseUserName, i.user, who, "Is this member to be forgotten?",
		"I take the id of "+user(who)+" out of all that I keep of this server. The messages still count in the totals, but nobody can tell any more whose they "+
			"were, and so it stays with all that come. Use it where somebody asks for it.\n**That can't be undone.**"), nil
}
