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
		rank, writers, total = board.Of(who).Rank, len(board.Standings), board.Total
	}
	rep := reply{embed: cardEmbed(i, who, s, g.User(who), a)}
	if rep.note(i.target); a.Total == 0 {
		return rep, nil
	}
	rep.embed.Fields = append([]*discordgo.MessageEmbedField{place(rank, writers), field("Share of the server", share(a.Total, total))}, rep.embed.Fields...)
	return rep, i.picture(&rep, "messages.png", s.bars(a, i.id.Time()))
}

func cardEmbed(i interaction, who snowflake.ID, s span, all projections.Count, a *projections.Activity) *discordgo.MessageEmbed {
	wrote := strings.TrimSpace(fmt.Sprintf("%s wrote **%s** %s", named(who, i.hasLeft(who)), count(a.Total, "message"), s.period.title))
	e := &discordgo.MessageEmbed{Color: colourInfo, Description: wrote + "."}
	if a.Total == 0 {
		return e
	}
	best, most := bestDay(a)
	e.Fields = append(e.Fields, field("First message", ago(a.First.Time())), field("Best day", fmt.Sprintf("%s: %s", best, number(most))))
	e.Fields = append(e.Fields, topChannels(busiest(i.target, a, channelsOnCard))...)
	if all.Deleted > 0 && s.everything() {
		e.Fields = append(e.Fields, field("With deleted ones", number(all.Seen())))
	}
	return e
}

// daysDrawn is how far back the picture of all a member's messages goes.
const daysDrawn = 90

func (s span) bars(a *projections.Activity, now time.Time) (f picture.Figures) {
	if !s.everything() {
		f.Bars, f.Unit = barsOf(a, s.period.begin(now), now)
		return f
	}
	f.Bars, f.Unit = barsOf(a, now.AddDate(0, 0, 1-daysDrawn), now)
	f.Unit += fmt.Sprintf(", the last %d days", daysDrawn)
	return f
}
