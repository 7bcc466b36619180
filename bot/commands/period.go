package commands

import (
	"slices"
	"time"

	"github.com/bwmarrin/discordgo"

	"tally/eventlog/snowflake"
	"tally/projections"
)

// period is a span of time that ends now, or on a day that was asked for. Days are UTC's.
type period struct {
	name  string // in options and custom ids
	label string // on a button
	title string
	begin func(end time.Time) time.Time // end is within the last day
}

var periods = []period{
	{"today", "Today", "today", startOfDay},
	{"7-days", "7 days", "the last 7 days", func(end time.Time) time.Time { return startOfDay(end).AddDate(0, 0, -6) }},
	{"30-days", "30 days", "the last 30 days", func(end time.Time) time.Time { return startOfDay(end).AddDate(0, 0, -29) }},
	{"month", "This month", "this month", startOfMonth},
	{"year", "This year", "this year", func(end time.Time) time.Time {
		return time.Date(end.Year(), time.January, 1, 0, 0, 0, 0, time.UTC)
	}},
	allTime,
}

var allTime = period{"all", "All time", "", func(time.Time) time.Time { return time.UnixMilli(snowflake.Epoch) }}

// periodOf returns the period of a name, all time for one that is unknown.
func periodOf(name string) period {
	if at := slices.IndexFunc(periods, func(p period) bool { return p.name == name }); at >= 0 {
		return periods[at]
	}
	return allTime
}

func periodOption() *discordgo.ApplicationCommandOption {
	o := &discordgo.ApplicationCommandOption{
		Type: discordgo.ApplicationCommandOptionString, Name: "period", Description: "Which messages; without it, all. Days are UTC's",
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

// window returns the span's messages. now is the time of asking.
func (s span) window(now time.Time, parentOf func(snowflake.ID) snowflake.ID) (projections.Window, error) {
	last, end := now.UTC(), now.UTC().Add(time.Second)
	if s.day != "" {
		var err error
		if last, err = time.Parse(time.DateOnly, s.day); err != nil {
			return projections.Window{}, wrongDay
		}
		end = last.AddDate(0, 0, 1)
	}
	w := projections.Window{From: snowflake.At(s.period.begin(last)), To: snowflake.At(end)}
	if s.channel != 0 {
		w.In = func(id snowflake.ID) bool { return id == s.channel || parentOf(id) == s.channel }
	}
	return w, nil
}

// count returns the guild as the log has it, and which of its messages are asked for. It holds nothing up: the
// live count has its own state. It is valid until the turn ends.
func (s span) count(i interaction) (*projections.Guild, projections.Window, error) {
	w, err := s.window(i.id.Time(), i.target.Directory.ParentOf)
	if err != nil {
		return nil, w, err
	}
	g, err := i.turn.count(i.target.Gate.Log())
	return g, w, err
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
func PeriodBegin(name string, end time.Time) snowflake.ID {
	return snowflake.At(periodOf(name).begin(end.UTC()))
}
