package report

import (
	"math"
	"sort"
	"time"

	"tally/projections"
)

// axis divides days into buckets of a day, a week from Monday on, or a month. Bucket i begins with starts[i] and ends
// before starts[i+1]; the last start is the end of all.
type axis struct {
	starts []projections.Day
	unit   unit
}

type unit uint8

const (
	byDay unit = iota
	byWeek
	byMonth
)

// mostBuckets is how many days or weeks are drawn side by side. Months may be more, after eight years.
const mostBuckets = 100

// newAxis covers the days from first to last, in the finest unit of which there aren't too many.
func newAxis(first, last projections.Day) axis {
	switch days := int(last-first) + 1; {
	case days <= mostBuckets:
		return axisOf(byDay, first, last)
	case days <= 7*mostBuckets:
		return axisOf(byWeek, first, last)
	}
	return axisOf(byMonth, first, last)
}

func axisOf(u unit, first, last projections.Day) axis {
	a := axis{unit: u}
	day := u.begin(first)
	for ; day <= last; day = u.after(day) {
		a.starts = append(a.starts, day)
	}
	a.starts = append(a.starts, day)
	return a
}

// begin returns the first day of the unit that a day is in.
func (u unit) begin(day projections.Day) projections.Day {
	switch u {
	case byWeek:
		return day - (day+3)%7 // 1970-01-01 was a Thursday
	case byMonth:
		return day - projections.Day(day.Time().Day()-1)
	}
	return day
}

// after returns the first day of the next unit.
func (u unit) after(begin projections.Day) projections.Day {
	switch u {
	case byWeek:
		return begin + 7
	case byMonth:
		return dayOf(begin.Time().AddDate(0, 1, 0))
	}
	return begin + 1
}

// String returns the unit as it stands in a title.
func (u unit) String() string { return [...]string{"day", "week", "month"}[u] }

func dayOf(t time.Time) projections.Day { return projections.Day(t.Unix() / (24 * 60 * 60)) }

// len returns the number of buckets.
func (a axis) len() int { return len(a.starts) - 1 }

// bucket returns the bucket that a day is in.
func (a axis) bucket(day projections.Day) int {
	at := sort.Search(len(a.starts), func(i int) bool { return a.starts[i] > day }) - 1
	return min(max(at, 0), a.len()-1)
}

// at returns where an instant is, in buckets from the left, within the axis. It is given in days since 1970.
func (a axis) at(days float64) float64 {
	i := a.bucket(projections.Day(math.Floor(days)))
	from, to := float64(a.starts[i]), float64(a.starts[i+1])
	return float64(i) + min(max((days-from)/(to-from), 0), 1)
}

// label names a bucket.
func (a axis) label(i int) string {
	switch a.unit {
	case byWeek:
		return "week of " + a.starts[i].String()
	case byMonth:
		return a.starts[i].Time().Format("2006-01")
	}
	return a.starts[i].String()
}

// tick is a label beside a chart, at a place in per cent.
type tick struct {
	At   float64
	Text string
}

// Low returns where a label's line is, from above.
func (t tick) Low() float64 { return 100 - t.At }

// End reports whether the label stands so far right that a phone has no room for it.
func (t tick) End() bool { return t.At > 75 }

// mostTicks is how many labels stand under a chart. A phone shows every second one.
const mostTicks = 9

// roomForText is where the last label may begin, in per cent.
const roomForText = 89

// ticks returns labels at round dates, all of one kind.
func (a axis) ticks() []tick {
	for _, k := range []struct {
		months, days int
		layout       string
	}{
		{0, 1, "Jan 2"}, {0, 7, "Jan 2"}, {0, 14, "Jan 2"}, {1, 0, "Jan 2006"}, {3, 0, "Jan 2006"}, {6, 0, "Jan 2006"},
		{12, 0, "2006"}, {24, 0, "2006"}, {60, 0, "2006"},
	} {
		if ticks := a.ticksEvery(k.months, k.days, k.layout); len(ticks) <= mostTicks {
			return ticks
		}
	}
	return nil
}

func (a axis) ticksEvery(months, days int, layout string) (ticks []tick) {
	first, end := a.starts[0].Time(), a.starts[a.len()].Time()
	next := first
	if months > 0 { // from the year's beginning on, so that they fall on Januaries
		next = time.Date(first.Year()-first.Year()%max(months/12, 1), 1, 1, 0, 0, 0, 0, time.UTC)
	}
	for ; next.Before(end) && len(ticks) <= mostTicks; next = next.AddDate(0, months, days) {
		if at := 100 * a.at(float64(dayOf(next))) / float64(a.len()); !next.Before(first) && at < roomForText {
			ticks = append(ticks, tick{at, next.Format(layout)})
		}
	}
	return ticks
}
