package commands

import (
	"context"
	"strings"

	"github.com/bwmarrin/discordgo"

	"tally/eventlog"
	"tally/eventlog/snowflake"
)

const forgetMeName = "forget-me"

func (r *Router) forgetMe() command {
	return command{
		definition: &discordgo.ApplicationCommand{
			Name: forgetMeName, Description: "Take your id out of all that I keep of this server, for good", Contexts: inGuilds(),
		},
		handle: r.handleForgetMe, private: true, always: true,
	}
}

func (r *Router) handleForgetMe(ctx context.Context, i interaction) (reply, error) {
	if i.Type != discordgo.InteractionMessageComponent {
		if forgotten(i) {
			return reply{embed: notice("You are forgotten already", "Nothing that I keep names you, and what you write counts without a name.")}, nil
		}
		return ask(forgetMeName, i.user, i.user, "Do you want to be forgotten?",
			"I take your id out of all that I keep of this server. What you wrote still counts in the totals, but nobody can tell any more that it was yours, "+
				"and so it stays with all that you write from now on. You are on no leaderboard any more.\n**That can't be undone.**"), nil
	}
	return r.confirmed(ctx, i, "You are forgotten", "Nothing that I keep names you any more")
}

// forgotten reports whether who asks had himself erased.
func forgotten(i interaction) bool { return i.target.Gate.Author(i.user) == eventlog.Anonymous }

// The two answers to what ask asks.
const (
	answerYes = "yes"
	answerNo  = "no"
)

// ask asks for a confirmation that a user is to be erased. The buttons carry who was asked, and about whom.
func ask(command string, asked, about snowflake.ID, title, text string) reply {
	id := func(answer string) string {
		return strings.Join([]string{command, answer, asked.String(), about.String()}, ":")
	}
	return reply{
		embed: &discordgo.MessageEmbed{Title: title, Description: text, Color: colourWarning},
		buttons: []discordgo.MessageComponent{discordgo.ActionsRow{Components: []discordgo.MessageComponent{
			discordgo.Button{Label: "Forget for good", Style: discordgo.DangerButton, CustomID: id(answerYes)},
			discordgo.Button{Label: "Cancel", Style: discordgo.SecondaryButton, CustomID: id(answerNo)},
		}}},
	}
}

// confirmed takes the answer to ask.
func (r *Router) confirmed(ctx context.Context, i interaction, title, done string) (reply, error) {
	_, argument := buttonOf(i.MessageComponentData().CustomID)
	parts := strings.Split(argument, ":")
	if len(parts) != 3 {
		return reply{}, userError("I don't know this button any more. Give the command again.")
	}
	asked, _ := snowflake.Parse(parts[1])
	about, err := snowflake.Parse(parts[2])
	switch {
	case asked != i.user || err != nil:
		return reply{}, userError("This button is somebody else's.")
	case parts[0] != answerYes:
		return reply{embed: &discordgo.MessageEmbed{Title: "Nothing was erased", Color: colourInfo}}, nil
	}
	return r.erase(ctx, i, about, title, done)
}

// erase has a user erased, and says what was done.
func (r *Router) erase(ctx context.Context, i interaction, who snowflake.ID, title, done string) (reply, error) {
	erased, err := i.target.Gate.Erase(ctx, who)
	if err != nil && i.target.Gate.Author(who) == eventlog.Anonymous { // the rest can be done later
		r.Log.Error("an erasure is not finished", "guild", i.target.Guild, "error", err)
		return reply{embed: notice(title, "Nothing shows it from now on. Old data on the disk could not be overwritten yet: that goes on when I am started again.")}, nil
	}
	if err != nil {
		return reply{}, err
	}
	r.Log.Info("a user was erased", "guild", i.target.Guild, "messages", erased.Messages, "records", erased.Records)
	text := done + ": it named " + count(erased.Messages, "message") + ". They still count in the totals, as those of erased members, and so does what comes."
	if erased.Messages == 0 {
		text = done + ". I had no messages; what comes counts as that of erased members."
	}
	if len(erased.Damaged) > 0 {
		text += "\nParts of my log are damaged and could not be looked into: the one who runs me finds them in my output."
	}
	return reply{embed: &discordgo.MessageEmbed{Title: title, Description: text, Color: colourGood}}, nil
}
