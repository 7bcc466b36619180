package report

import (
	"cmp"
	"slices"

	"tally/eventlog/snowflake"
	"tally/projections"
)

// coverageMap is a strip for each channel: how its messages have come, over time, and where gaps are. A
// channel's threads are in its strip.
type coverageMap struct {
	Unit    unit
	N       int // buckets; a strip is as wide
	X       []tick
	All     *strip // of the whole server, with the gaps that are the whole server's
	Rows    []*strip
	More    *strip // of the channels beyond mostStrips, or nil
	Periods []period
	Gaps    []Gap // the newest, and all that are open
	Older   int   // gaps that are not among them
}

// mostStrips and mostGaps are how many are shown by themselves.
const (
	mostStrips = 200
	mostGaps   = 100
)

// period is one bucket of the whole server, for the table behind the map.
type period struct {
	Label string
	By    Origins
}

// mapOf returns nil where there is nothing to draw.
func mapOf(f *Figures) *coverageMap {
	calendar := f.calendar()
	first, last, ok := extentOf(f, calendar)
	if !ok {
		return nil
	}
	a := newAxis(first, last)
	m := &coverageMap{Unit: a.unit, N: a.len(), X: a.ticks(), All: &strip{buckets: make([]Origins, a.len())}}
	rows, of := rowsOf(f, a)
	for _, c := range f.Coverage {
		for _, s := range []*strip{m.All, of[c.Channel]} {
			i := a.bucket(c.Day)
			s.buckets[i], s.By = s.buckets[i].plus(c.Origins), s.By.plus(c.Origins)
		}
	}
	for i, by := range m.All.buckets {
		if len(by.present()) > 0 {
			m.Periods = append(m.Periods, period{a.label(i), by})
		}
	}
	for _, g := range f.Gaps {
		s := m.All
		if g.Channel != 0 {
			s = of[g.Channel]
		}
		if s != nil {
			s.Gaps = append(s.Gaps, holeOf(a, g, calendar))
		}
	}
	m.setRows(a, rows)
	m.setGaps(f.Gaps)
	return m
}

// extentOf returns the days that the map covers.
func extentOf(f *Figures, c *projections.Calendar) (first, last projections.Day, ok bool) {
	if f.First == nil {
		return 0, 0, false
	}
	first, last = c.DayOf(*f.First), c.DayOf(*f.Last)
	for _, g := range f.Gaps {
		last = max(last, c.DayOf(g.From))
		if g.Until != nil {
			last = max(last, c.DayOf(*g.Until))
		}
	}
	return min(first, last-6), last, true
}

// rowsOf returns an empty strip for each channel, and where a channel's or thread's messages belong.
func rowsOf(f *Figures, a axis) (rows []*strip, of map[snowflake.ID]*strip) {
	of = map[snowflake.ID]*strip{}
	row := func(id snowflake.ID) *strip {
		if of[id] == nil {
			of[id] = &strip{Channel: id, History: HistoryUnread, buckets: make([]Origins, a.len())}
			rows = append(rows, of[id])
		}
		return of[id]
	}
	for _, c := range f.Channels {
		if c.Parent == 0 {
			row(c.Channel).History = c.History
		}
	}
	for _, c := range f.Channels {
		if c.Parent != 0 {
			s := row(c.Parent)
			if s.Threads++; s.History == HistoryUnread {
				s.History = c.History // a forum has no messages of its own
			}
			of[c.Channel] = s
		}
	}
	for _, g := range f.Gaps {
		if g.Channel != 0 && g.Open && of[g.Channel] == nil {
			row(g.Channel)
		}
	}
	return rows, of
}

func (m *coverageMap) setRows(a axis, rows []*strip) {
	slices.SortStableFunc(rows, func(x, y *strip) int { return cmp.Compare(y.By.sum(), x.By.sum()) })
	if len(rows) > mostStrips {
		m.More = &strip{Threads: len(rows) - mostStrips, buckets: make([]Origins, a.len())}
		for _, s := range rows[mostStrips:] {
			for i, by := range s.buckets {
				m.More.buckets[i] = m.More.buckets[i].plus(by)
			}
			m.More.By, m.More.Gaps = m.More.By.plus(s.By), append(m.More.Gaps, s.Gaps...)
		}
		rows = rows[:mostStrips]
		m.More.draw(a)
	}
	m.All.draw(a)
	for m.Rows = rows; len(rows) > 0; rows = rows[1:] {
		rows[0].draw(a)
	}
}

// setGaps keeps the newest gaps and the open ones, the newest first.
func (m *coverageMap) setGaps(gaps []Gap) {
	for i, g := range slices.Backward(gaps) {
		if g.Open || len(gaps)-i <= mostGaps {
			m.Gaps = append(m.Gaps, g)
		}
	}
	m.Older = len(gaps) - len(m.Gaps)
}
