package commands

import (
	"fmt"
	"slices"
	"time"

	"github.com/bwmarrin/discordgo"

	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// period is a span of time that ends now, or on a day that was asked for. Days are those of the server's time
// zone.
type period struct {
	name  string // in options and custom ids
	label string // on a button
	title string
	first func(last projections.Day) projections.Day // nil: there is no first day
}

var periods = []period{
	{"today", "Today", "today", func(last projections.Day) projections.Day { return last }},
	{"7-days", "7 days", "the last 7 days", func(last projections.Day) projections.Day { return last - 6 }},
	{"30-days", "30 days", "the last 30 days", func(last projections.Day) projections.Day { return last - 29 }},
	{"month", "This month", "this month", startOfMonth},
	{"year", "This year", "this year", startOfYear},
	allTime,
}

var allTime = period{"all", "All time", "", nil}

// periodOf returns the period of a name, all time for one that is unknown.
func periodOf(name string) period {
	if at := slices.IndexFunc(periods, func(p period) bool { return p.name == name }); at >= 0 {
		return periods[at]
	}
	return allTime
}

func periodOption() *discordgo.ApplicationCommandOption {
	o := &discordgo.ApplicationCommandOption{
		Type: discordgo.ApplicationCommandOptionString, Name: "period", Description: "Which messages; without it, all. Days are those of the server's time zone",
	}
	for _, p := range periods {
		o.Choices = append(o.Choices, &discordgo.ApplicationCommandOptionChoice{Name: p.label, Value: p.name})
	}
	return o
}

// span is a period, of a channel or of all, that ends on a day or now.
type span struct {
	period  period
	channel snowflake.ID // with its threads; 0: all
	day     string       // 2006-01-02; "": now
}

const wrongDay = userError("Write the day as YYYY-MM-DD, such as `2026-01-31`.")

// spanOf reads the options of a command.
func spanOf(i interaction) span {
	name, _ := i.option("period").(string)
	day, _ := i.option("as_of").(string)
	return span{period: periodOf(name), channel: i.idOption("channel"), day: day}
}

// everything reports whether the span is all that counts.
func (s span) everything() bool {
	return s.period.name == allTime.name && s.channel == 0 && s.day == ""
}

// last returns the span's last day. now is the time of asking.
func (s span) last(c *projections.Calendar, now time.Time) (day projections.Day, err error) {
	if s.day == "" {
		return c.DayOf(now), nil
	}
	if err := day.UnmarshalText([]byte(s.day)); err != nil {
		return 0, wrongDay
	}
	if today := c.DayOf(now); day > today {
		return 0, userError(fmt.Sprintf("%s is in the future: here it is %s. Name a day up to that, or leave `as_of` out.", day, today))
	}
	return day, nil
}

// window returns the span's messages.
func (s span) window(c *projections.Calendar, now time.Time, parentOf func(snowflake.ID) snowflake.ID) (w projections.Window, err error) {
	last, err := s.last(c, now)
	if err != nil {
		return w, err
	}
	if s.period.first != nil {
		w.From = snowflake.At(c.Begin(s.period.first(last)))
	}
	if w.To = snowflake.At(now.Add(time.Second)); s.day != "" {
		w.To = snowflake.At(c.Begin(last + 1))
	}
	if s.channel != 0 {
		w.In = func(id snowflake.ID) bool { return id == s.channel || parentOf(id) == s.channel }
	}
	return w, nil
}

// count returns the guild as the log has it, and which of its messages are asked for. It holds nothing up: the
// live count has its own state. It is valid until the turn ends.
func (s span) count(i interaction) (*projections.Guild, projections.Window, error) {
	g, err := i.turn.count(i.target.Gate)
	if err != nil {
		return nil, projections.Window{}, err
	}
	w, err := s.window(g.Calendar(), i.id.Time(), i.target.Directory.ParentOf)
	return g, w, err
}

// days says by which clock there are days, where it isn't UTC.
func days(c *projections.Calendar) string {
	if c.Zone() == "UTC" {
		return ""
	}
	return "Days are those of " + c.Zone() + "."
}

// since says what a board as it stood on a day lacks of what was there on that day.
func (s span) since(settings eventlog.Settings) string {
	if s.day == "" || settings.Deleted {
		return ""
	}
	return "What was deleted since isn't in it."
}

// title says of which messages something is told: "", or such as ": the last 7 days".
func (s span) title() string {
	switch {
	case s.day == "" && s.period.title != "":
		return ": " + s.period.title
	case s.day == "":
		return ""
	case s.period.name == allTime.name:
		return ": as of " + s.day
	}
	return ": " + s.period.label + ", as of " + s.day
}

// PeriodBegin returns the first id of a period that ends at end, by its name: all, today, 7-days, 30-days, month, year.
func PeriodBegin(name string, c *projections.Calendar, end time.Time) snowflake.ID {
	p := periodOf(name)
	if p.first == nil {
		return 0
	}
	return snowflake.At(c.Begin(p.first(c.DayOf(end))))
}
