package commands

import (
	"fmt"
	"time"

	"tally/bot/picture"
	"tally/projections"
)

// Beyond so many days bars stand for weeks, and beyond so many for months.
const (
	mostDays  = 120
	mostWeeks = 3 * 366
)

// barsOf sums an activity up over time, from one instant to another: by hour within a day, else by day, week or month.
// What has no messages has a bar too.
func barsOf(a *projections.Activity, from, to time.Time) (bars []picture.Bar, unit string) {
	first, last := startOfDay(from.UTC()), startOfDay(to.UTC())
	days := int(last.Sub(first).Hours()/24) + 1
	if days <= 1 {
		for hour, n := range a.Hours[first.Weekday()] {
			bars = append(bars, picture.Bar{Name: fmt.Sprintf("%02d:00", hour), Messages: n})
		}
		return bars, "hour, UTC"
	}
	begin, name, unit := startOfDay, "2 Jan", "day"
	switch {
	case days > mostWeeks:
		begin, name, unit = startOfMonth, "Jan 2006", "month"
	case days > mostDays:
		begin, name, unit = startOfWeek, "2 Jan 2006", "week"
	}
	for day := first; !day.After(last); day = day.AddDate(0, 0, 1) {
		if label := begin(day).Format(name); len(bars) == 0 || bars[len(bars)-1].Name != label {
			bars = append(bars, picture.Bar{Name: label})
		}
		bars[len(bars)-1].Messages += a.Days[projections.Day(day.Unix()/(24*60*60))]
	}
	return bars, unit
}

func startOfDay(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// startOfWeek is the Monday.
func startOfWeek(t time.Time) time.Time { return startOfDay(t).AddDate(0, 0, -(int(t.Weekday())+6)%7) }

func startOfMonth(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)
}
