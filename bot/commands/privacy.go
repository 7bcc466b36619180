package commands

import (
	"context"
	"fmt"

	"github.com/bwmarrin/discordgo"
)

func (r *Router) privacy() command {
	return command{
		definition: &discordgo.ApplicationCommand{
			Name: "privacy", Description: "What I keep of you, for how long, and how to be forgotten", Contexts: inGuilds(),
		},
		handle: r.handlePrivacy, private: true, always: true,
	}
}

func (r *Router) handlePrivacy(_ context.Context, i interaction) (reply, error) {
	text := []string{
		"**What I keep** of each message: its id, which tells when it was sent, its channel, the id of who wrote it, whether it was a reply or " +
			"came from a bot, and whether it was deleted. Besides, who asked for an import or changed my settings. Only ids and times.",
		"**What I don't keep**: no text, no pictures, no names, no reactions, nothing of direct messages.",
		"**Where**: on the computer of the one who runs me, nowhere else. **For how long**: as long as I am in this server" + r.keptAfter() + ".",
	}
	if forgotten(i) {
		text = append(text, "**You** had yourself forgotten: nothing that I keep names you, and what you write counts without a name. To know you then, I keep a hash of your id that "+
			"nobody can turn back without a key of the one who runs me.")
	} else {
		text = append(text, "**To be forgotten**, use `/forget-me`: your id is taken out of all that I keep of this server, and what you wrote, and "+
			"will write, counts without a name. That can't be undone.")
	}
	return reply{embed: &discordgo.MessageEmbed{Title: "Your privacy", Description: lines(text), Color: colourInfo}}, nil
}

// keptAfter says what becomes of a server's data when the bot is removed.
func (r *Router) keptAfter() string {
	if r.EraseAfter <= 0 {
		return ", and afterwards until the one who runs me erases it"
	}
	return fmt.Sprintf(", and for %s after I was removed from it", count(r.EraseAfter, "day"))
}
