package commands

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/bwmarrin/discordgo"

	"tally/bot/gate"
	"tally/bot/history"
	"tally/bot/importer"
	"tally/bot/members"
	"tally/bot/picture"
	"tally/bot/rest"
	"tally/bot/settings"
	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// deferAfter is how long a command may work before it is deferred. Discord waits for three seconds.
const deferAfter = 1500 * time.Millisecond

// Target is the guild that a command works on.
type Target struct {
	history.Reader
	Gate     *gate.Gate
	Job      *importer.Job
	Members  *members.Members
	Settings *settings.Keeper
	Now      func() time.Time // Discord's clock
}

// Router takes interactions and answers them.
type Router struct {
	Client *rest.Client
	App    snowflake.ID
	// Searches says that the application may use Discord's search.
	Searches bool
	// EraseAfter is for how many days a server's data is kept after the bot was removed from it; 0: until it is erased
	// by hand.
	EraseAfter int
	Turns      *Turns // of those that read the log
	Log        *slog.Logger
	// Draw makes pictures; nil: as PNG.
	Draw func(picture.Figures) ([]byte, error)
	// Target returns a guild. It fails with ErrUnknown while Discord hasn't told of it, and else with the reason for which
	// its count can't be opened.
	Target func(guild snowflake.ID) (*Target, error)
}

// ErrUnknown says that a guild's channels aren't known yet.
var ErrUnknown = errors.New("the guild is not known yet")

// interaction is a command or a button, with what its answer needs.
type interaction struct {
	*discordgo.Interaction
	id, user, channel snowflake.ID
	target            *Target
	turn              *turn // while its answer is read from the log
	room              int   // for a file, in bytes
	draw              func(picture.Figures) ([]byte, error)
	settings          eventlog.Settings // as they were when it came
}

// reply is an answer.
type reply struct {
	embed   *discordgo.MessageEmbed
	buttons []discordgo.MessageComponent
	files   []*discordgo.File
	more    func(context.Context) (reply, error) // takes the answer's place as soon as it is there; nil: none
}

type handler func(context.Context, interaction) (reply, error)

// command is a slash command and what it does.
type command struct {
	definition *discordgo.ApplicationCommand
	handle     handler
	private    bool // the answer is for the asker's eyes only
	always     bool // everybody may give it, whatever the settings say
	// hide, if set, tells of one answer that it is for the asker's eyes only.
	hide func(interaction) bool
}

// all returns the commands by their names.
func (r *Router) all() map[string]command {
	commands := map[string]command{}
	for _, c := range []command{
		r.importMessages(), r.importStatus(), r.importCancel(), r.verifyCounts(), r.recount(), r.messageCount(), r.leaderboard(), r.activity(), r.export(),
		r.settings(),
		r.privacy(), r.forgetMe(), r.eraseUser(),
	} {
		commands[c.definition.Name] = c
	}
	chooseFrom(names(commands), commands[settingsName].definition)
	return commands
}

// Definitions returns the commands as Discord registers them.
func (r *Router) Definitions() []*discordgo.ApplicationCommand {
	var definitions []*discordgo.ApplicationCommand
	for _, c := range r.all() {
		definitions = append(definitions, c.definition)
	}
	return definitions
}

// Handle answers the interaction in the data of an INTERACTION_CREATE event. It returns when the answer
// is given.
func (r *Router) Handle(ctx context.Context, data json.RawMessage) {
	var event discordgo.InteractionCreate
	if err := json.Unmarshal(data, &event); err != nil {
		r.Log.Error("an interaction can't be read", "error", err)
		return
	}
	if event.Type == discordgo.InteractionApplicationCommandAutocomplete {
		r.suggest(ctx, event.Interaction)
		return
	}
	i, h, private := r.route(event.Interaction)
	if h == nil {
		return
	}
	i.room = roomIn(data)
	if err := r.answer(ctx, i, h, private); err != nil && ctx.Err() == nil {
		r.Log.Error("an interaction could not be answered", "guild", i.GuildID, "error", err)
	}
}

// route finds the handler of an interaction.
func (r *Router) route(event *discordgo.Interaction) (i interaction, h handler, private bool) {
	i.Interaction, i.draw = event, r.Draw
	if i.draw == nil {
		i.draw = picture.Figures.PNG
	}
	i.id, _ = snowflake.Parse(event.ID)
	i.channel, _ = snowflake.Parse(event.ChannelID)
	var name string
	switch event.Type {
	case discordgo.InteractionApplicationCommand:
		name = event.ApplicationCommandData().Name
	case discordgo.InteractionMessageComponent:
		name, _ = buttonOf(event.MessageComponentData().CustomID)
	default:
		return i, nil, false
	}
	c, known := r.all()[name]
	guild, err := snowflake.Parse(event.GuildID)
	switch {
	case !known:
		return i, refuse("I don't know this command any more. Discord may show an old list: reload it with Ctrl-R."), true
	case err != nil || event.Member == nil || event.Member.User == nil:
		return i, refuse("This works in a server only, not in a direct message."), true
	}
	i.user, _ = snowflake.Parse(event.Member.User.ID)
	if i.target, err = r.Target(guild); errors.Is(err, ErrUnknown) {
		return i, refuse("I am still getting to know this server. Try again in a few seconds."), true
	} else if err != nil {
		return i, refuse("I can't open this server's count: the one who runs me finds why in my output."), true
	}
	i.settings = i.target.chosen()
	if why := i.refusal(c); why != "" {
		return i, refuse(why), true
	}
	return i, c.handle, c.private || i.settings.Private || c.hide != nil && c.hide(i)
}

func refuse(why string) handler {
	return func(context.Context, interaction) (reply, error) { return reply{}, userError(why) }
}

// userError is an error that the asker can do something about; it is shown as it is.
type userError string

func (e userError) Error() string { return string(e) }

// answer runs a handler and sends what it returns, deferring it if it takes long.
func (r *Router) answer(ctx context.Context, i interaction, h handler, private bool) error {
	result := make(chan reply, 1)
	go func() { result <- r.run(ctx, i, h) }()
	select {
	case rep := <-result:
		kind := discordgo.InteractionResponseChannelMessageWithSource
		if i.changesItsMessage(private) {
			kind = discordgo.InteractionResponseUpdateMessage
		}
		if err := r.Client.Respond(ctx, i.id, i.Token, &discordgo.InteractionResponse{Type: kind, Data: rep.response(private)}); err != nil || rep.more == nil {
			return err
		}
		return r.follow(ctx, i, rep, private)
	case <-time.After(deferAfter):
	case <-ctx.Done():
		return ctx.Err()
	}
	kind := discordgo.InteractionResponseDeferredChannelMessageWithSource
	if i.changesItsMessage(private) {
		kind = discordgo.InteractionResponseDeferredMessageUpdate
	}
	err := r.Client.Respond(ctx, i.id, i.Token, &discordgo.InteractionResponse{Type: kind, Data: deferredData(private)})
	if err != nil {
		return errors.Join(err, ctx.Err())
	}
	return r.follow(ctx, i, <-result, private)
}

// changesItsMessage says that the answer takes the place of the message that the button is on: not what is for the
// asker alone, if all see that.
func (i interaction) changesItsMessage(private bool) bool {
	seen := i.Message == nil || i.Message.Flags&discordgo.MessageFlagsEphemeral == 0
	return i.Type == discordgo.InteractionMessageComponent && !(private && seen)
}

// follow fills a deferred answer. After 15 minutes Discord takes no answer any more: then it is posted to
// the channel, and of one for the asker alone, only that it has come too late.
func (r *Router) follow(ctx context.Context, i interaction, rep reply, private bool) error {
	if rep.more != nil {
		rep = r.run(ctx, i, func(ctx context.Context, _ interaction) (reply, error) { return rep.more(ctx) })
	}
	err := r.Client.EditReply(ctx, r.App, i.Token, &discordgo.WebhookEdit{
		Embeds: &[]*discordgo.MessageEmbed{rep.embed}, Components: new(rep.components()), Files: rep.files,
	})
	if !errors.Is(err, rest.ErrUnknownInteraction) {
		return err
	}
	if private {
		rep = reply{embed: notice("An answer came too late", fmt.Sprintf("It is for %s alone, and Discord takes such an answer for 15 minutes only. "+
			"What was asked for is done.", user(i.user)))}
	}
	_, err = r.Client.Post(ctx, i.channel, i.message(rep))
	return err
}

// run calls a handler and turns its error into an answer.
func (r *Router) run(ctx context.Context, i interaction, h handler) reply {
	rep, err := h(ctx, i)
	var shown userError
	switch {
	case err == nil:
		return rep
	case errors.As(err, &shown):
		return reply{embed: notice("That doesn't work", string(shown))}
	}
	r.Log.Error("a command failed", "guild", i.GuildID, "error", err)
	return reply{embed: notice("That went wrong", fmt.Sprintf("%v\nNothing is lost: the log holds everything. "+
		"The one who runs the bot finds more in its output.", err))}
}
