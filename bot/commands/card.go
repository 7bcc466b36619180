package commands

import (
	"fmt"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"tally/bot/picture"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// channelsOnCard is how many channels a member's card names.
const channelsOnCard = 3

// card is all about a member's messages in a span, from the log.
func card(i interaction, who snowflake.ID, s span) (reply, error) {
	g, w, err := s.count(i)
	if err != nil {
		return reply{}, err
	}
	log := i.target.Gate.Log()
	w.Author = who
	a, err := g.ActivityIn(log, w)
	if err != nil {
		return reply{}, err
	}
	rank, writers, total := 0, 0, g.Total()
	if s.everything() {
		rank, writers = g.Place(who)
	} else {
		w.Author = 0
		board, err := g.Board(log, w)
		if err != nil {
			return reply{}, err
		}
		rank, writers, total = board.Of(who).Rank, board.Writers(), board.Total
	}
	rep := reply{embed: cardEmbed(i, who, s, deletedOf(g, who), a)}
	if rep.note(days(a.Calendar), incomplete(i.target, 0)); a.Total == 0 {
		return rep, nil
	}
	rep.embed.Fields = append([]*discordgo.MessageEmbedField{place(rank, writers), field("Share of the server", share(a.Total, total))}, rep.embed.Fields...)
	return rep, i.picture(&rep, "messages.png", s.bars(a, i.id.Time()))
}

func cardEmbed(i interaction, who snowflake.ID, s span, deleted *discordgo.MessageEmbedField, a *projections.Activity) *discordgo.MessageEmbed {
	wrote := strings.TrimSpace(fmt.Sprintf("%s wrote **%s** %s", named(who, i.hasLeft(who)), count(a.Total, "message"), s.period.title))
	e := &discordgo.MessageEmbed{Color: colourInfo, Description: wrote + "."}
	if a.Total == 0 {
		e.Description = lines([]string{e.Description, uncounted(i, who)})
		return e
	}
	best, most := bestDay(a)
	e.Fields = append(e.Fields, field("First message", ago(a.First.Time())), field("Best day", fmt.Sprintf("%s: %s", best, number(most))))
	e.Fields = append(e.Fields, topChannels(busiest(i.target, a, channelsOnCard))...)
	if deleted != nil && s.everything() {
		e.Fields = append(e.Fields, deleted)
	}
	return e
}

// deletedOf tells of a member's deleted messages what the count that is shown doesn't; nil: there are none.
func deletedOf(g *projections.Guild, who snowflake.ID) *discordgo.MessageEmbedField {
	switch c := g.User(who); {
	case c.Deleted == 0:
		return nil
	case g.Settings().Deleted:
		return field("Deleted among them", number(c.Deleted))
	default:
		return field("With deleted ones", number(c.Seen()))
	}
}

// daysDrawn is how far back the picture of all a member's messages goes.
const daysDrawn = 90

func (s span) bars(a *projections.Activity, now time.Time) (f picture.Figures) {
	last := a.Calendar.DayOf(now)
	if s.period.first != nil {
		f.Bars, f.Unit = barsOf(a, s.period.first(last), last)
		return f
	}
	f.Bars, f.Unit = barsOf(a, last+1-daysDrawn, last)
	f.Unit += fmt.Sprintf(", the last %d days", daysDrawn)
	return f
}
