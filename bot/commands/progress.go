package commands

import (
	"fmt"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"tally/bot/directory"
	"tally/bot/importer"
	"tally/eventlog"
)

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
func endEmbed(d *directory.Directory, p importer.Progress) *discordgo.MessageEmbed {
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
	if unread := unreadable(d, imp); len(unread) > 0 {
		e.Color = colourWarning
		text = append(append(text, fmt.Sprintf("**Not read** (%s)", number(len(unread)))), unread...)
	}
	e.Description = lines(text)
	return e
}
