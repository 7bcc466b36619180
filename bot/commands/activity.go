package commands

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/bwmarrin/discordgo"

	"tally/bot/picture"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// channelsDrawn is how many channels a picture names.
const channelsDrawn = 8

func (r *Router) activity() command {
	return command{
		definition: &discordgo.ApplicationCommand{
			Name: "activity", Description: "Pictures of when and where messages were written", Contexts: inGuilds(),
			Options: []*discordgo.ApplicationCommandOption{
				periodOption(), {
					Type: discordgo.ApplicationCommandOptionChannel, Name: "channel", Description: "Only this channel, with its threads",
				}, {
					Type: discordgo.ApplicationCommandOptionUser, Name: "user", Description: "Only this member's messages",
				},
			},
		},
		handle: r.reading(r.handleActivity),
		hide:   func(i interaction) bool { return i.idOption("user") != 0 && ofForgotten(i) },
	}
}

func (r *Router) handleActivity(_ context.Context, i interaction) (reply, error) {
	s := spanOf(i)
	g, w, err := s.count(i)
	if err != nil {
		return reply{}, err
	}
	author := i.idOption("user")
	w.Author = author
	a, err := g.ActivityIn(i.target.Gate.Log(), w)
	if err != nil {
		return reply{}, err
	}
	last := a.Calendar.DayOf(i.id.Time())
	first := last
	switch {
	case a.Total == 0:
	case s.period.first == nil:
		first = a.Calendar.Day(a.First)
	default:
		first = s.period.first(last)
	}
	f := picture.Figures{Hours: &a.Hours, Zone: a.Calendar.Zone()}
	f.Bars, f.Unit = barsOf(a, first, last)
	if s.channel == 0 {
		f.Channels = busiest(i.target, a, channelsDrawn)
	}
	why := ""
	if a.Total == 0 {
		why = uncounted(i, author)
	}
	rep := reply{embed: &discordgo.MessageEmbed{
		Title: "Activity of " + i.target.Directory.Name() + s.title(), Color: colourInfo,
		Description: lines([]string{of(s, author, i.hasLeft(author)), count(a.Total, "message") + ".", why}),
		Fields:      topChannels(f.Channels),
	}}
	rep.note(days(a.Calendar), incomplete(i.target, s.channel))
	return rep, i.picture(&rep, "activity.png", f)
}

// topChannels names channels, in Discord's own letters: the picture has not all of them.
func topChannels(channels []picture.Bar) []*discordgo.MessageEmbedField {
	text := ""
	for _, c := range channels {
		text += fmt.Sprintf("%s: %s\n", c.Name, number(c.Messages))
	}
	if text == "" {
		return nil
	}
	return []*discordgo.MessageEmbedField{field("Top channels", text)}
}

// of says whose messages, and where, if not all.
func of(s span, author snowflake.ID, left bool) (text string) {
	if author != 0 {
		text += "By " + named(author, left) + ". "
	}
	if s.channel != 0 {
		text += "In " + channel(s.channel) + ", with its threads."
	}
	return text
}

// hidden stands for the channels that not everybody may see: who asks may be one of those.
const hidden = "hidden or deleted channels"

// busiest returns the channels with most messages, threads with their channels. All see the answer, so only
// public channels are named.
func busiest(t *Target, a *projections.Activity, most int) []picture.Bar {
	sums := map[snowflake.ID]uint64{} // 0: what is hidden
	for id, days := range a.Channels {
		if parent := t.Directory.ParentOf(id); parent != 0 {
			id = parent
		}
		if !t.Directory.Public(id) {
			id = 0
		}
		for _, by := range days {
			sums[id] += by.Sum()
		}
	}
	var bars []picture.Bar
	for id, n := range sums {
		name := hidden
		if id != 0 {
			c, _ := t.Directory.Channel(id)
			name = "#" + c.Name
		}
		bars = append(bars, picture.Bar{Name: name, Messages: n})
	}
	slices.SortFunc(bars, func(x, y picture.Bar) int {
		return cmp.Or(cmp.Compare(y.Messages, x.Messages), cmp.Compare(x.Name, y.Name))
	})
	return bars[:min(most, len(bars))]
}

// picture puts a picture into the answer.
func (i interaction) picture(r *reply, name string, f picture.Figures) error {
	b, err := i.draw(f)
	if err != nil {
		return err
	}
	r.files = []*discordgo.File{{Name: name, ContentType: "image/png", Reader: bytes.NewReader(b)}}
	r.embed.Image = &discordgo.MessageEmbedImage{URL: "attachment://" + name}
	return nil
}

// bestDay returns the day with most messages, the first of those.
func bestDay(a *projections.Activity) (best projections.Day, messages uint64) {
	for day, n := range a.Days {
		if n > messages || n == messages && day < best {
			best, messages = day, n
		}
	}
	return best, messages
}

// share writes a part of a whole, such as 12.3 %.
func share(part, whole uint64) string {
	if whole == 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(part)/float64(whole))
}
