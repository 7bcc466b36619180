package commands

import (
	"testing"
	"time"

	"tally/projections"
)

// TestBars sums all messages up, whatever a bar stands for, and leaves no span out.
func TestBars(t *testing.T) {
	first := time.Date(2019, 12, 30, 22, 0, 0, 0, time.UTC) // a Monday
	calendar := projections.NewCalendar(time.UTC)
	for _, c := range []struct {
		days        int // after the first
		bars        int
		unit        string
		first, last string
	}{
		{0, 24, "hour, UTC", "00:00", "23:00"},
		{1, 2, "day", "30 Dec", "31 Dec"},
		{119, 120, "day", "30 Dec", "27 Apr"},
		{120, 18, "week", "30 Dec 2019", "27 Apr 2020"},
		{1097, 157, "week", "30 Dec 2019", "26 Dec 2022"},
		{1098, 38, "month", "Dec 2019", "Jan 2023"},
	} {
		a := &projections.Activity{Calendar: calendar, Days: map[projections.Day]uint64{}}
		for d := range c.days + 1 {
			a.Days[projections.Day(first.AddDate(0, 0, d).Unix()/86400)] = 1
		}
		a.Hours[first.Weekday()][22] = 1
		bars, unit := barsOf(a, calendar.DayOf(first), calendar.DayOf(first.AddDate(0, 0, c.days)))
		sum := uint64(0)
		for _, b := range bars {
			sum += b.Messages
		}
		if len(bars) != c.bars || unit != c.unit || bars[0].Name != c.first || bars[len(bars)-1].Name != c.last || sum != uint64(c.days)+1 {
			t.Errorf("%d days: %d bars of a %s from %q to %q, %d messages; want %+v", c.days+1, len(bars), unit, bars[0].Name, bars[len(bars)-1].Name, sum, c)
		}
	}
}
