package report

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// TestAxis: whatever the days are, each is in its bucket, and the labels fit.
func TestAxis(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first := projections.Day(rapid.IntRange(16436, 30000).Draw(t, "first")) // from 2015 on
		last := first + projections.Day(rapid.IntRange(0, 6000).Draw(t, "more"))
		a := newAxis(first, last)
		if a.starts[0] > first || a.starts[a.len()] <= last || !slices.IsSorted(a.starts) || a.len() > 250 {
			t.Fatalf("%v to %v: %v", first, last, a.starts)
		}
		day := projections.Day(rapid.IntRange(int(first), int(last)).Draw(t, "day"))
		if i := a.bucket(day); day < a.starts[i] || day >= a.starts[i+1] {
			t.Errorf("%v is in bucket %d of %v", day, i, a.starts)
		}
		if at := a.at(float64(day)); at < 0 || at > float64(a.len()) || int(at) != a.bucket(day) {
			t.Errorf("%v is at %v of %d", day, at, a.len())
		}
		ticks := a.ticks()
		if len(ticks) > mostTicks || last-first > 30 && len(ticks) == 0 {
			t.Errorf("%d labels from %v to %v", len(ticks), first, last)
		}
		for i, tick := range ticks {
			if tick.At < 0 || tick.At > 100 || i > 0 && tick.At <= ticks[i-1].At {
				t.Errorf("labels %v", ticks)
			}
		}
	})
}

// TestUnits: a week begins on Monday, a month on its first.
func TestUnits(t *testing.T) {
	for text, want := range map[string][2]string{
		"2026-08-31": {"2026-08-31", "2026-08-01"}, "2026-09-06": {"2026-08-31", "2026-09-01"},
		"2024-02-29": {"2024-02-26", "2024-02-01"}, "2026-01-01": {"2025-12-29", "2026-01-01"},
	} {
		d := dayOf(day(text))
		if got := [2]string{byWeek.begin(d).String(), byMonth.begin(d).String()}; got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

// TestScale: the labels of a chart are round, few, and the highest is not below the highest bar.
func TestScale(t *testing.T) {
	for most, want := range map[uint64][2]uint64{
		0: {1, 1}, 1: {1, 1}, 2: {2, 1}, 5: {6, 2}, 12: {15, 5}, 100: {100, 50}, 9999: {10000, 5000},
		10_000_000: {10_000_000, 5_000_000}, 12_345_678: {15_000_000, 5_000_000},
	} {
		if top, step := scale(most); top != want[0] || step != want[1] {
			t.Errorf("%d: %d by %d, want %v", most, top, step, want)
		}
	}
	for n, want := range map[uint64]string{
		0: "0", 999: "999", 1000: "1.0k", 9999: "9.9k", 10_000: "10k", 999_999: "999k", 1_000_000: "1.0M", 10_000_000: "10M", 2_500_000_000: "2.5G",
	} {
		if got := compact(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}

// TestHeat: an hour without messages looks like none, one with any doesn't, and the busiest is the darkest.
func TestHeat(t *testing.T) {
	var hours [7][24]uint64
	if heatOf(hours) != nil {
		t.Error("a picture of nothing")
	}
	hours[0][0], hours[2][13], hours[6][23] = 1, 10_000_000, 5_000_001
	h := heatOf(hours)
	for _, c := range []struct {
		day, hour int
		level     uint64
	}{{0, 0, 1}, {0, 1, 0}, {2, 13, 6}, {6, 23, 4}} {
		if got := h.Rows[c.day].Cells[c.hour].Level; got != c.level {
			t.Errorf("%s %d: level %d, want %d", h.Rows[c.day].Weekday, c.hour, got, c.level)
		}
	}
	if h.Summary != "The busiest hour is Wednesday at 13:00, with 10,000,000 messages." {
		t.Error(h.Summary)
	}
}

// TestStrip: neighbours of one origin are one piece; where several meet, the rare one is still seen, and all of
// the height is used.
func TestStrip(t *testing.T) {
	a := axisOf(byDay, 20000, 20006)
	s := &strip{buckets: []Origins{{Import: 5}, {Import: 7}, {Import: 999, Repair: 1}, {}, {Live: 3}, {}, {Live: 2}}}
	for _, by := range s.buckets {
		s.By = s.By.plus(by)
	}
	s.draw(a)
	var got []string
	for _, p := range s.Pieces {
		got = append(got, fmt.Sprintf("%s %d+%d %.1f+%.1f", p.Class, p.X, p.Width, p.Top, p.Height))
	}
	want := []string{"import 0+2 0.0+100.0", "import 2+1 20.1+79.9", "repair 2+1 0.0+20.1", "live 4+1 0.0+100.0", "live 6+1 0.0+100.0"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if s.Pieces[0].Title != "2024-10-04 to 2024-10-05: 12 import" || s.Pieces[1].Title != "2024-10-06: 999 import, 1 repair" {
		t.Errorf("titles %q, %q", s.Pieces[0].Title, s.Pieces[1].Title)
	}
	if want := "Import: 2024-10-04 to 2024-10-06, 1,011 messages; Live: 2024-10-08 to 2024-10-10, 5 messages; Repair: 2024-10-06, 1 message."; s.Summary != want {
		t.Errorf("summary %q", s.Summary)
	}
}

// TestMapAddsUp: what is drawn in the rows is what is drawn in the row of the whole server, also where there are more
// channels than rows.
func TestMapAddsUp(t *testing.T) {
	w := newWriter(t)
	w.story()
	for i := range 250 {
		w.page(eventlog.Live, 0, storyStaff+1000+snowflake.ID(i), w.talk(day("2026-07-01"), day("2026-07-10"), 2)...)
	}
	f := w.read()
	m := mapOf(f)
	sum := m.More.By
	for _, s := range m.Rows {
		sum = sum.plus(s.By)
	}
	if len(m.Rows) != mostStrips || sum != m.All.By || m.All.By != f.By {
		t.Errorf("%d rows with %+v, the whole server %+v, the figures %+v", len(m.Rows), sum, m.All.By, f.By)
	}
	if len(m.Gaps) != 2 || m.Gaps[0].Number != 2 || m.Older != 0 {
		t.Errorf("gaps %+v", m.Gaps)
	}
}

// TestPageAsksForNothing looks for addresses in the page, and for names that become markup.
func TestPageAsksForNothing(t *testing.T) {
	w := newWriter(t)
	w.story()
	var b strings.Builder
	if err := Write(&b, Page{Guilds: []*Figures{w.read()}, Name: func(_ snowflake.ID) string { return `<img src=x onerror="x">` }}); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"http:", "https:", "//", "<script", "<img", "@import", "url("} {
		if strings.Contains(b.String(), part) {
			t.Errorf("there is a %q in the page", part)
		}
	}
}
