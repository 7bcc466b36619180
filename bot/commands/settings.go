package commands

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/bwmarrin/discordgo"

	"tally/eventlog"
	"tally/eventlog/snowflake"
)

const settingsName = "settings"

func (r *Router) settings() command {
	return command{
		definition: &discordgo.ApplicationCommand{
			Name: settingsName, Description: "What counts, by which clock, and who may give which command",
			DefaultMemberPermissions: manageServer(), Contexts: inGuilds(),
			Options: []*discordgo.ApplicationCommandOption{
				part("show", "All settings"),
				part("count", "What counts besides what people write; takes effect within seconds",
					yesNo("bots", "What bots write"),
					yesNo("webhooks", "What comes through webhooks"),
					yesNo("commands", "Answers to application commands"),
					yesNo("deleted", "Deleted messages too: shown are all that were ever seen")),
				part("exclude", "Leave a channel or a category out, with its threads", channelOption("Which channel or category", true)),
				part("include", "Count an excluded channel or category again",
					channelOption("Which channel or category", false), yesNo("all", "Exclude nothing any more")),
				part("time-zone", "By which clock there are days and hours", &discordgo.ApplicationCommandOption{
					Type: discordgo.ApplicationCommandOptionString, Name: "name", Required: true, Autocomplete: true,
					Description: "Such as Europe/Berlin, or UTC",
				}),
				part("answers", "Who sees answers", choiceOption("seen_by", "Who sees them", true, seenByAll, seenByAsker)),
				part("access", "Who may give a command",
					choiceOption("command", "Which command", true),
					choiceOption("who", "Who may give it; for others name a role", false, accessAll, accessManagers, accessDefault),
					roleOption("role", "A role that may give it, beside others that are named; what all may give is then for it alone"),
					roleOption("remove", "A role that may give it no more")),
			},
		},
		handle: r.handleSettings, private: true,
	}
}

// The choices of who sees answers, and who may give a command.
const (
	seenByAll      = "everyone"
	seenByAsker    = "only who asks"
	accessAll      = "everyone"
	accessManagers = "members with Manage Server only"
	accessDefault  = "as by default"
)

// names are those of commands of which the settings say who may give them, in the order in which they are listed:
// first what is for everyone by default.
func names(commands map[string]command) []string {
	all := slices.DeleteFunc(slices.Collect(maps.Keys(commands)), func(name string) bool { return commands[name].always })
	slices.SortFunc(all, func(a, b string) int {
		x, y := commands[a].forManagers(), commands[b].forManagers()
		switch {
		case x == y:
			return cmp.Compare(a, b)
		case y:
			return -1
		}
		return 1
	})
	return all
}

// chooseFrom makes commands the choices of whose access it is, in the definition of /settings.
func chooseFrom(commands []string, settings *discordgo.ApplicationCommand) {
	for _, p := range settings.Options {
		for _, o := range p.Options {
			if o.Name == "command" {
				o.Choices = choices(commands)
			}
		}
	}
}

func choices(values []string) (list []*discordgo.ApplicationCommandOptionChoice) {
	for _, v := range values {
		list = append(list, &discordgo.ApplicationCommandOptionChoice{Name: v, Value: v})
	}
	return list
}

func part(name, description string, options ...*discordgo.ApplicationCommandOption) *discordgo.ApplicationCommandOption {
	return &discordgo.ApplicationCommandOption{
		Type: discordgo.ApplicationCommandOptionSubCommand, Name: name, Description: description, Options: options,
	}
}

func yesNo(name, description string) *discordgo.ApplicationCommandOption {
	return &discordgo.ApplicationCommandOption{Type: discordgo.ApplicationCommandOptionBoolean, Name: name, Description: description}
}

func channelOption(description string, required bool) *discordgo.ApplicationCommandOption {
	return &discordgo.ApplicationCommandOption{
		Type: discordgo.ApplicationCommandOptionChannel, Name: "channel", Description: description, Required: required,
	}
}

func choiceOption(name, description string, required bool, values ...string) *discordgo.ApplicationCommandOption {
	return &discordgo.ApplicationCommandOption{
		Type: discordgo.ApplicationCommandOptionString, Name: name, Description: description, Required: required, Choices: choices(values),
	}
}

func roleOption(name, description string) *discordgo.ApplicationCommandOption {
	return &discordgo.ApplicationCommandOption{Type: discordgo.ApplicationCommandOptionRole, Name: name, Description: description}
}

// edit changes settings, as a part of the command asks.
type edit func(i interaction, s *eventlog.Settings) error

func (r *Router) handleSettings(ctx context.Context, i interaction) (reply, error) {
	name := i.part()
	if name == "show" {
		return r.showSettings(i, i.target.chosen()), nil
	}
	change, known := map[string]edit{
		"count": editCount, "exclude": editExclude, "include": editInclude, "time-zone": editZone, "answers": editAnswers, "access": r.editAccess,
	}[name]
	if !known {
		return reply{}, userError("I don't know this setting any more. Discord may show an old list: reload it with Ctrl-R.")
	}
	before, now, err := i.target.Settings.Change(ctx, i.user, func(s *eventlog.Settings) error { return change(i, s) })
	if err != nil {
		return reply{}, err
	}
	return reply{embed: &discordgo.MessageEmbed{
		Title: "Settings", Color: colourGood, Description: lines(r.changes(i, before, now)),
		Footer: &discordgo.MessageEmbedFooter{Text: "/settings show lists all of them."},
	}}, nil
}

func editCount(i interaction, s *eventlog.Settings) error {
	given := false
	for name, value := range map[string]*bool{"bots": &s.Bots, "webhooks": &s.Webhooks, "commands": &s.Commands, "deleted": &s.Deleted} {
		if v, ok := i.option(name).(bool); ok {
			*value, given = v, true
		}
	}
	if !given {
		return userError("Name what is to count, or not to, such as `bots:True`. `/settings show` lists what counts now.")
	}
	return nil
}

func editZone(i interaction, s *eventlog.Settings) error {
	text, _ := i.option("name").(string)
	name, ok := zoneNamed(text)
	if !ok {
		return userError("I know no time zone of that name. Choose one of the list that Discord shows while you type, such as " + hints(zonesLike(text)) + ".")
	}
	if s.Zone = name; name == "UTC" {
		s.Zone = ""
	}
	return nil
}

func editAnswers(i interaction, s *eventlog.Settings) error {
	s.Private = i.option("seen_by") == seenByAsker
	return nil
}

// suggest answers what somebody has typed of a time zone so far.
func (r *Router) suggest(ctx context.Context, event *discordgo.Interaction) {
	i := interaction{Interaction: event}
	i.id, _ = snowflake.Parse(event.ID)
	text, _ := i.option("name").(string)
	err := r.Client.Respond(ctx, i.id, i.Token, &discordgo.InteractionResponse{
		Type: discordgo.InteractionApplicationCommandAutocompleteResult, Data: &discordgo.InteractionResponseData{Choices: choices(zonesLike(text))},
	})
	if err != nil && ctx.Err() == nil {
		r.Log.Info("no time zones were suggested", "guild", i.GuildID, "error", err)
	}
}
