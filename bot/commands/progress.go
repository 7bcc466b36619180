package commands

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"tally/bot/discord"
	"tally/bot/importer"
	"tally/bot/rest"
	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// Reporter keeps one message about a guild's import up to date, in the channel where it was asked for:
// the answer to the command itself can't be changed any more after 15 minutes.
type Reporter struct {
	Router *Router
	Guild  snowflake.ID
	// Private, if set, says that not all are to see reports: then there are none.
	Private func() bool

	number  uint32 // the import that the message is about
	message snowflake.ID
	mute    bool // the bot may not write there
}

// Report posts the message, or changes it. It is called by one goroutine at a time.
func (r *Reporter) Report(ctx context.Context, p importer.Progress) {
	in := p.Import.In
	if p.Import.Number != r.number {
		r.number, r.message, r.mute = p.Import.Number, 0, false
	}
	if in == 0 || r.mute || r.Private != nil && r.Private() || !r.mayWrite(in) {
		return
	}
	var embed *discordgo.MessageEmbed
	if target, err := r.Router.Target(r.Guild); err == nil && p.Import.Outcome != 0 {
		embed = endEmbed(target, p)
	} else {
		embed = &discordgo.MessageEmbed{Title: "Importing the history", Description: progressText(p), Color: colourInfo}
	}
	var err error
	if r.message == 0 {
		r.message, err = r.Router.Client.Post(ctx, in, &discordgo.MessageSend{Embeds: []*discordgo.MessageEmbed{embed}})
	} else {
		err = r.Router.Client.Edit(ctx, in, r.message, &discordgo.MessageEdit{Embeds: &[]*discordgo.MessageEmbed{embed}})
	}
	switch {
	case errors.Is(err, rest.ErrUnknownMessage): // somebody deleted it: the next report is a new one
		r.message = 0
		if p.Import.Outcome != 0 { // there is no next one
			r.Report(ctx, p)
		}
	case errors.Is(err, rest.ErrNoAccess), errors.Is(err, rest.ErrUnknownChannel):
		r.mute = true
		r.Router.Log.Info("the import goes on without reports: no permission to write to the channel", "guild", r.Guild, "channel", in)
	case err != nil && ctx.Err() == nil:
		r.Router.Log.Warn("the import's report was not written", "guild", r.Guild, "error", err)
	}
}

// mayWrite reports whether it is worth trying: each refusal counts towards a ban.
func (r *Reporter) mayWrite(in snowflake.ID) bool {
	target, err := r.Router.Target(r.Guild)
	if err != nil {
		return true
	}
	c, known := target.Directory.Channel(in)
	return !known || target.Directory.Permissions(c).Has(discord.ViewChannel)
}

const barLength = 20

// progressText shows a bar and the figures under it.
func progressText(p importer.Progress) string {
	if p.Channels == 0 {
		return "I am listing the channels and threads."
	}
	full := int(p.Fraction * barLength)
	bar := strings.Repeat("█", full) + strings.Repeat("░", barLength-full)
	left := "not known yet"
	if p.Left > 0 {
		left = roughly(p.Left)
	}
	return fmt.Sprintf("`%s` about %d %%\n**Messages** %s\n**Channels and threads done** %s of %s\n"+
		"**Rate** %s messages a second\n**Time left** %s",
		bar, int(p.Fraction*100), number(p.Import.Messages), number(p.Done), number(p.Channels), number(int(p.Rate)), left)
}

// roughly writes a duration for people.
func roughly(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "less than a minute"
	case d < time.Hour:
		return "about " + count(int(d.Round(time.Minute).Minutes()), "minute")
	}
	return fmt.Sprintf("about %s %s", count(int(d.Hours()), "hour"), count(int(d.Minutes())%60, "minute"))
}

// took writes how long something took. Discord tells its time to the second.
func took(d time.Duration) string {
	if d < time.Second {
		return "about a second"
	}
	return d.Round(time.Second).String()
}

// endEmbed sums a finished import up.
func endEmbed(t *Target, p importer.Progress) *discordgo.MessageEmbed {
	imp := p.Import
	if imp.Outcome != eventlog.Completed {
		return &discordgo.MessageEmbed{
			Title: "The import was " + imp.Outcome.String(), Description: "The counts are what they were before it.", Color: colourWarning,
		}
	}
	read := 0
	for _, c := range imp.Channels {
		if c.Outcome == eventlog.Completed {
			read++
		}
	}
	text := []string{fmt.Sprintf("**%s** from **%s**, threads included, in %s. From %s on, every message is counted live.",
		count(imp.Messages, "message"), count(read, "channel"), took(imp.Finished.Sub(imp.Start())), instant(imp.Start()))}
	e := &discordgo.MessageEmbed{Title: "The import is complete", Color: colourGood}
	if unread := unreadable(t, imp); len(unread) > 0 {
		e.Color = colourWarning
		text = append(append(text, fmt.Sprintf("**Not read** (%s)", number(len(unread)))), unread...)
	}
	e.Description = lines(text)
	return e
}
