package commands

import (
	"fmt"
	"strings"
	"testing"

	"github.com/bwmarrin/discordgo"

	"tally/bot/directory"
	"tally/bot/discord"
)

// TestMessageWithAPicture: an answer that is posted, for it comes too late, has its picture where the bot may attach files, and
// is posted without it where Discord would refuse all of it. The answer itself keeps it.
func TestMessageWithAPicture(t *testing.T) {
	for name, c := range map[string]struct {
		may  discord.Permissions
		want bool
	}{"may attach": {discord.AttachFiles, true}, "may not": {0, false}} {
		d := directory.New(90)
		d.Reset(discord.Guild{
			ID: 1, Roles: []discord.Role{{ID: 1, Permissions: discord.ViewChannel | discord.SendMessages | c.may}}, Members: []discord.Member{{User: 90}},
			Channels: []discord.Channel{{ID: 5}},
		})
		i := asked(discordgo.InteractionApplicationCommand, 101)
		i.target.Directory = d
		rep := reply{embed: &discordgo.MessageEmbed{Image: &discordgo.MessageEmbedImage{URL: "attachment://a.png"}}, files: []*discordgo.File{{Name: "a.png", Reader: strings.NewReader("")}}}
		m := i.message(rep)
		if got := len(m.Files) == 1 && m.Embeds[0].Image != nil; got != c.want || !got && fmt.Sprint(m.Files, m.Embeds[0].Image) != "[] <nil>" || rep.embed.Image == nil {
			t.Errorf("%s: %+v", name, m)
		}
	}
}
