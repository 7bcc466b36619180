package commands

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/bwmarrin/discordgo"

	"tally/bot/directory"
	"tally/bot/discord"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

func (r *Router) importStatus() command {
	return command{
		definition: &discordgo.ApplicationCommand{
			Name: "import-status", Description: "How far the import of this server's history is", Contexts: inGuilds(),
		},
		handle: r.handleImportStatus,
	}
}

func (r *Router) handleImportStatus(_ context.Context, i interaction) (reply, error) {
	var status projections.Status
	var fields projections.ImportFields
	var shown projections.Import
	i.target.Gate.View(func(g *projections.Guild) {
		var imp *projections.Import
		if status, imp = g.ImportStatus(); imp != nil {
			shown = imp.Clone()
		}
		fields = g.ImportFields()
	})
	embed := &discordgo.MessageEmbed{Title: "Import: " + string(status), Color: colourInfo, Fields: fieldsOf(fields)}
	switch status {
	case projections.StatusNone:
		embed.Description = "The history of this server has not been imported. `/import-messages` starts that."
	case projections.StatusRunning:
		if p, ok := i.target.Job.Progress(); ok {
			embed.Description = progressText(p)
		}
	case projections.StatusCompleted:
		embed.Color = colourGood
	}
	if unread := unreadable(i.target.Directory, shown); len(unread) > 0 {
		embed.Description = lines(append([]string{embed.Description, "**Not read**"}, unread...))
	}
	embed.Description = lines(append([]string{embed.Description}, openQuestions(i.target)...))
	return reply{embed: embed}, nil
}

// fieldsOf shows the five fields of an import.
func fieldsOf(f projections.ImportFields) []*discordgo.MessageEmbedField {
	date, start, end := "–", "–", "–"
	if f.Date != nil {
		date = *f.Date
	}
	if f.StartTime != nil {
		start = instant(*f.StartTime)
	}
	if f.EndTime != nil {
		end = instant(*f.EndTime)
	}
	return []*discordgo.MessageEmbedField{
		field("import_completed", fmt.Sprint(f.Completed)), field("import_date", date), field("import_start_time", start),
		field("import_end_time", end), field("total_messages_imported", number(f.Total)),
	}
}

// unreadable lists the channels that an import could not read, and what would help.
func unreadable(d *directory.Directory, imp projections.Import) []string {
	type row struct {
		id   snowflake.ID
		text string
	}
	var rows []row
	for id, c := range imp.Channels {
		switch c.Outcome {
		case eventlog.NoPermission:
			rows = append(rows, row{id, fmt.Sprintf("%s: %s", channel(id), remedy(d, id))})
		case eventlog.Gone:
			rows = append(rows, row{id, fmt.Sprintf("`%s`: it was deleted meanwhile", id)})
		}
	}
	slices.SortFunc(rows, func(a, b row) int { return cmp.Compare(a.id, b.id) })
	var texts []string
	for _, row := range rows {
		texts = append(texts, row.text)
	}
	return texts
}

// remedy says why a channel can't be read and what to do about it.
func remedy(d *directory.Directory, id snowflake.ID) string {
	c, ok := d.Channel(id)
	if !ok {
		return "I don't see it any more"
	}
	switch d.History(c) {
	case discord.CannotView:
		return "I may not see it. Give me View Channel there"
	case discord.CannotConnect:
		return "I may not enter the voice channel. Give me Connect there"
	case discord.CannotReadHistory:
		return "I may not read its history. Give me Read Message History there"
	}
	return "I could not read it then, but can now: `/import-messages force:True` reads it"
}
