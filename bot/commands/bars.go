package commands

import (
	"fmt"

	"tally/bot/picture"
	"tally/projections"
)

// Beyond so many days bars stand for weeks, and beyond so many for months.
const (
	mostDays  = 120
	mostWeeks = 3 * 366
)

// barsOf sums an activity up over time, from one day to another: by hour within a day, else by day, week or month.
// What has no messages has a bar too.
func barsOf(a *projections.Activity, first, last projections.Day) (bars []picture.Bar, unit string) {
	days := int(last-first) + 1
	if days <= 1 {
		for hour, n := range a.Hours[first.Weekday()] {
			bars = append(bars, picture.Bar{Name: fmt.Sprintf("%02d:00", hour), Messages: n})
		}
		return bars, "hour, " + a.Calendar.Zone()
	}
	begin, name, unit := func(day projections.Day) projections.Day { return day }, "2 Jan", "day"
	switch {
	case days > mostWeeks:
		begin, name, unit = startOfMonth, "Jan 2006", "month"
	case days > mostDays:
		begin, name, unit = startOfWeek, "2 Jan 2006", "week"
	}
	for day := first; day <= last; day++ {
		if label := begin(day).Time().Format(name); len(bars) == 0 || bars[len(bars)-1].Name != label {
			bars = append(bars, picture.Bar{Name: label})
		}
		bars[len(bars)-1].Messages += a.Days[day]
	}
	return bars, unit
}

// startOfWeek is the Monday.
func startOfWeek(day projections.Day) projections.Day {
	return day - projections.Day(day.Weekday()+6)%7
}

func startOfMonth(day projections.Day) projections.Day {
	return day - projections.Day(day.Time().Day()-1)
}

func startOfYear(day projections.Day) projections.Day {
	return day - projections.Day(day.Time().YearDay()-1)
}
