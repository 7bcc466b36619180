package commands

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/dustin/go-humanize"

	"tally/bot/discord"
	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// The colours of the embeds' edges, readable on Discord's dark and light themes.
const (
	colourInfo    = 0x5865f2
	colourGood    = 0x2d9d5f
	colourWarning = 0xd9822b
)

// maxDescription is Discord's limit for an embed's description, less some room.
const maxDescription = 4000

func (r reply) response(private bool) *discordgo.InteractionResponseData {
	d := &discordgo.InteractionResponseData{Embeds: []*discordgo.MessageEmbed{r.embed}, Components: r.components(), Files: r.files}
	if private {
		d.Flags = discordgo.MessageFlagsEphemeral
	}
	return d
}

// message is an answer as a message of its own. Answers may always bring files, messages only where the bot is permitted to
// attach some: elsewhere it goes without its picture.
func (i interaction) message(r reply) *discordgo.MessageSend {
	embed := *r.embed
	if len(r.files) > 0 && !i.target.mayAttach(i.channel) {
		r.files, embed.Image = nil, nil
	}
	return &discordgo.MessageSend{Embeds: []*discordgo.MessageEmbed{&embed}, Components: r.buttons, Files: r.files}
}

func (t *Target) mayAttach(channel snowflake.ID) bool {
	c, known := t.Directory.Channel(channel)
	return known && t.Directory.Permissions(c).Has(discord.AttachFiles)
}

// components returns the buttons; none take away those that the message had.
func (r reply) components() []discordgo.MessageComponent {
	return append([]discordgo.MessageComponent{}, r.buttons...)
}

func deferredData(private bool) *discordgo.InteractionResponseData {
	if !private {
		return nil
	}
	return &discordgo.InteractionResponseData{Flags: discordgo.MessageFlagsEphemeral}
}

func notice(title, text string) *discordgo.MessageEmbed {
	return &discordgo.MessageEmbed{Title: title, Description: text, Color: colourWarning}
}

func field(name, value string) *discordgo.MessageEmbedField {
	return &discordgo.MessageEmbedField{Name: name, Value: value, Inline: true}
}

// number writes 1234567 as 1,234,567.
func number[T int | uint64](n T) string { return humanize.Comma(int64(n)) }

// count writes a number with its noun, such as 1 message, 2,000 messages.
func count[T int | uint64](n T, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return number(n) + " " + noun
}

// instant and ago write a time so that Discord shows it in the reader's zone.
func instant(t time.Time) string { return fmt.Sprintf("<t:%d:f>", t.Unix()) }
func ago(t time.Time) string     { return fmt.Sprintf("<t:%d:R>", t.Unix()) }

func channel(id snowflake.ID) string { return "<#" + id.String() + ">" }

// erasedMembers is how all who had themselves erased are named, for they are one.
const erasedMembers = "erased members"

func user(id snowflake.ID) string {
	if id == eventlog.Anonymous {
		return erasedMembers
	}
	return "<@" + id.String() + ">"
}

// lines joins lines as long as they fit an embed, and says how many are left out. Empty ones go.
func lines(all []string) string {
	var b strings.Builder
	all = slices.DeleteFunc(all, func(line string) bool { return line == "" })
	for i, line := range all {
		if b.Len()+len(line) > maxDescription-64 {
			fmt.Fprintf(&b, "… and %s more", number(len(all)-i))
			break
		}
		b.WriteString(line)
		b.WriteByte('\n')
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// manageServer is the permission that commands need by default that change or scan something.
func manageServer() *int64 { return new(int64(discordgo.PermissionManageGuild)) }

// inGuilds keeps a command out of direct messages.
func inGuilds() *[]discordgo.InteractionContextType {
	return &[]discordgo.InteractionContextType{discordgo.InteractionContextGuild}
}

// option returns the value of an option of a command, or of the part of it that was given; nil without one.
func (i interaction) option(name string) any {
	for _, o := range i.options() {
		if o.Name == name {
			return o.Value
		}
	}
	return nil
}

func (i interaction) options() []*discordgo.ApplicationCommandInteractionDataOption {
	if i.Type != discordgo.InteractionApplicationCommand && i.Type != discordgo.InteractionApplicationCommandAutocomplete {
		return nil
	}
	options := i.ApplicationCommandData().Options
	if i.part() != "" {
		return options[0].Options
	}
	return options
}

// part returns the subcommand that was given, "" for a command without such.
func (i interaction) part() string {
	options := i.ApplicationCommandData().Options
	if len(options) == 0 || options[0].Type != discordgo.ApplicationCommandOptionSubCommand {
		return ""
	}
	return options[0].Name
}

// idOption returns the id in a command's option, 0 without one.
func (i interaction) idOption(name string) snowflake.ID {
	text, _ := i.option(name).(string)
	id, _ := snowflake.Parse(text)
	return id
}

func (i interaction) flag(name string) bool {
	v, _ := i.option(name).(bool)
	return v
}
