package report

import (
	"fmt"

	"github.com/dustin/go-humanize"
)

// barChart is bars over time. Heights are in per cent of the highest label.
type barChart struct {
	Title   string
	Summary string // for those who don't see it
	Unit    unit
	N       int // bars have a width of 1
	Bars    []bar
	Y, X    []tick
}

type bar struct {
	X      int
	Height float64
	Label  string
	N      uint64
}

// Top returns where the bar begins, from above.
func (b bar) Top() float64 { return 100 - b.Height }

// barsOf draws the days that are on an axis.
func barsOf(a axis, title string, days []Day) *barChart {
	sums := make([]uint64, a.len())
	for _, d := range days {
		if d.Day >= a.starts[0] && d.Day < a.starts[a.len()] {
			sums[a.bucket(d.Day)] += d.Messages
		}
	}
	c := &barChart{Title: title, Unit: a.unit, N: a.len(), X: a.ticks()}
	most, total := 0, uint64(0)
	for i, n := range sums {
		total += n
		if n > sums[most] {
			most = i
		}
	}
	top, step := scale(sums[most])
	for v := uint64(0); v <= top; v += step {
		c.Y = append(c.Y, tick{100 * float64(v) / float64(top), axisNumber(v)})
	}
	for i, n := range sums {
		if n > 0 {
			c.Bars = append(c.Bars, bar{i, 100 * float64(n) / float64(top), a.label(i), n})
		}
	}
	c.Summary = fmt.Sprintf("Bar chart, %s to %s: %s. The highest bar is %s with %s.",
		a.label(0), a.label(a.len()-1), messages(total), a.label(most), messages(sums[most]))
	return c
}

// recentDays is how many days the chart by day shows.
const recentDays = 90

// chartsOf returns the last days by day and, where there is more, all of the time.
func chartsOf(days []Day) []*barChart {
	if len(days) == 0 {
		return nil
	}
	first, last := days[0].Day, days[len(days)-1].Day
	from := max(last-recentDays+1, min(first, last-6))
	recent := axisOf(byDay, from, last)
	if first >= from {
		return []*barChart{barsOf(recent, "All days", days)}
	}
	title := fmt.Sprintf("The %d days up to %s, by day", recentDays, last)
	whole := newAxis(first, last)
	return []*barChart{barsOf(recent, title, days), barsOf(whole, "All of the time, by "+whole.unit.String(), days)}
}

// scale returns the highest label of a chart and the step between labels: round numbers, at most five labels.
func scale(most uint64) (top, step uint64) {
	for power := uint64(1); ; power *= 10 {
		for _, m := range []uint64{1, 2, 5} {
			step = m * power
			if top = (max(most, 1) + step - 1) / step * step; top/step <= 4 {
				return top, step
			}
		}
	}
}

// axisNumber writes a number so that it fits beside a chart.
func axisNumber(n uint64) string {
	if n < 1e6 {
		return humanize.Comma(int64(n))
	}
	return compact(n)
}

func messages(n uint64) string {
	if n == 1 {
		return "1 message"
	}
	return humanize.Comma(int64(n)) + " messages"
}
