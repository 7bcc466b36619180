package commands

import (
	"context"
	"errors"
	"log/slog"

	"github.com/bwmarrin/discordgo"

	"tally/bot/directory"
	"tally/bot/discord"
	"tally/bot/gate"
	"tally/bot/importer"
	"tally/bot/rest"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// Reporter keeps one message about a guild's import up to date, in the channel where it was asked for:
// the answer to the command itself can't be changed any more after 15 minutes. Which message that is, and
// that it tells the end, stands in the log: so the next run of the bot goes on with it.
type Reporter struct {
	Client    *rest.Client
	Directory *directory.Directory
	Gate      *gate.Gate
	Log       *slog.Logger
	// Private, if set, says that not all are to see reports: then there are none.
	Private func() bool

	number  uint32 // the import that the message is about
	message snowflake.ID
	mute    bool // the bot may not write there
}

// Report posts the message, or changes it. It is called by one goroutine at a time.
func (r *Reporter) Report(ctx context.Context, p importer.Progress) {
	in, ended := p.Import.In, p.Import.Outcome != 0
	if p.Import.Number != r.number {
		r.number, r.message, r.mute = p.Import.Number, p.Import.Report, false
	}
	if in == 0 || r.Private != nil && r.Private() {
		return
	}
	before := r.message
	err := r.show(ctx, in, r.embed(p))
	if errors.Is(err, rest.ErrUnknownMessage) { // somebody deleted it
		r.message = 0
		err = r.show(ctx, in, r.embed(p))
	}
	switch {
	case errors.Is(err, errMute):
	case errors.Is(err, rest.ErrNoAccess), errors.Is(err, rest.ErrUnknownChannel):
		r.mute, r.message = true, 0
		r.Log.Info("the import goes on without reports: no permission to write to the channel", "channel", in)
	case err != nil:
		if ctx.Err() == nil {
			r.Log.Warn("the import's report was not written", "error", err)
		}
		return
	}
	if ended || r.message != before {
		r.note(ctx, eventlog.ImportReported{Import: r.number, Message: r.message, Ended: ended})
	}
}

// errMute says that the bot surely may not write to the channel: it doesn't try, each refusal counts towards a ban.
var errMute = errors.New("the channel can't be written to")

// show posts the message or changes it.
func (r *Reporter) show(ctx context.Context, in snowflake.ID, embed *discordgo.MessageEmbed) (err error) {
	if c, known := r.Directory.Channel(in); r.mute || known && !r.Directory.Permissions(c).Has(discord.ViewChannel) {
		return errMute
	}
	embeds := []*discordgo.MessageEmbed{embed}
	if r.message != 0 {
		return r.Client.Edit(ctx, in, r.message, &discordgo.MessageEdit{Embeds: &embeds})
	}
	r.message, err = r.Client.Post(ctx, in, &discordgo.MessageSend{Embeds: embeds})
	return err
}

func (r *Reporter) embed(p importer.Progress) *discordgo.MessageEmbed {
	if p.Import.Outcome != 0 {
		return endEmbed(r.Directory, p)
	}
	return &discordgo.MessageEmbed{Title: "Importing the history", Description: progressText(p), Color: colourInfo}
}

func (r *Reporter) note(ctx context.Context, e eventlog.ImportReported) {
	err := r.Gate.Write(ctx, func(*projections.Guild) ([]eventlog.Body, error) { return []eventlog.Body{e}, nil })
	if err != nil && ctx.Err() == nil {
		r.Log.Warn("it was not noted which message tells of the import", "message", e.Message, "error", err)
	}
}
