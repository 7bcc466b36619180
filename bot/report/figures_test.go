package report

import (
	"slices"
	"strings"
	"testing"

	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// byTime adds the messages up by days, and by hours of the week.
func byTime(f *Figures) (days, hours uint64) {
	for _, d := range f.Days {
		days += d.Messages
	}
	for _, row := range f.Hours {
		for _, n := range row {
			hours += n
		}
	}
	return days, hours
}

// TestFiguresOfAStory holds the figures against what the story wrote.
func TestFiguresOfAStory(t *testing.T) {
	w := newWriter(t)
	w.story()
	f := w.read()
	days, hours := byTime(f)
	var users, channels uint64
	var covered Origins
	for _, u := range f.Users {
		users += u.Messages
	}
	for _, c := range f.Channels {
		channels += c.Messages
		if c.By.sum() != c.Messages {
			t.Errorf("channel %s has %d messages, by origin %+v", c.Channel, c.Messages, c.By)
		}
	}
	for _, c := range f.Coverage {
		covered = covered.plus(c.Origins)
	}
	for _, sum := range []uint64{days, hours, users, channels, covered.sum(), f.By.sum()} {
		if sum != f.Messages {
			t.Errorf("sums of %d messages: %v", f.Messages, []uint64{days, hours, users, channels, covered.sum(), f.By.sum()})
			break
		}
	}
	if f.By.Repair != 12 || f.By.Archive != 60 || f.Deleted != 1 || f.OpenGaps != 1 || f.Unreadable != 1 {
		t.Errorf("%+v", f.Summary)
	}
	if len(f.Gaps) != 2 || f.Gaps[0].Open || f.Gaps[0].Until == nil || !f.Gaps[1].Open || f.Gaps[1].Until != nil {
		t.Errorf("gaps %+v", f.Gaps)
	}
}

// TestHistory follows what is known of channels' history through imports.
func TestHistory(t *testing.T) {
	w := newWriter(t)
	is := func(want ...History) {
		t.Helper()
		f := w.read()
		got := make([]History, len(want))
		for i := range want {
			at := slices.IndexFunc(f.Channels, func(c Channel) bool { return c.Channel == storyFirst+snowflake.ID(i) })
			if at >= 0 {
				got[i] = f.Channels[at].History
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
	start := func(n uint32, on string) {
		w.write(eventlog.ImportStarted{Import: n, Cutoff: snowflake.At(day(on))})
	}
	end := func(n uint32, i int, o eventlog.Outcome) {
		w.write(eventlog.ImportChannelFinished{Import: n, Channel: storyFirst + snowflake.ID(i), Outcome: o})
	}
	finish := func(n uint32, o eventlog.Outcome) { w.write(eventlog.ImportFinished{Import: n, Outcome: o}) }
	for i := range snowflake.ID(3) {
		w.page(eventlog.Live, 0, storyFirst+i, w.talk(day("2026-01-01"), day("2026-01-02"), 1)...)
	}
	is(HistoryUnread, HistoryUnread, HistoryUnread)
	start(1, "2026-02-01")
	w.page(eventlog.Import, 1, storyFirst, w.talk(day("2026-01-01"), day("2026-01-02"), 1)...)
	end(1, 1, eventlog.NoPermission)
	is(HistoryReading, HistoryUnreadable, HistoryUnread)
	end(1, 0, eventlog.Completed)
	finish(1, eventlog.Completed)
	is(HistoryRead, HistoryUnreadable, HistoryUnread)
	start(2, "2026-03-01")
	end(2, 0, eventlog.NoPermission)
	is(HistoryUnreadable, HistoryUnreadable, HistoryUnread)
	finish(2, eventlog.Cancelled) // what it found out is not what the count rests on
	is(HistoryRead, HistoryUnreadable, HistoryUnread)
}

// TestFiguresWithDeleted: by the setting that shows deleted messages all sums have them, and the page says so.
func TestFiguresWithDeleted(t *testing.T) {
	w := newWriter(t)
	w.story()
	before := w.read()
	w.write(eventlog.SettingsChanged{By: 5, Settings: eventlog.Settings{Deleted: true}})
	f := w.read()
	days, hours := byTime(f)
	var users, channels uint64
	for _, u := range f.Users {
		users += u.Messages
		if u.Messages != u.Seen {
			t.Errorf("%+v: messages that are deleted are not shown", u)
		}
	}
	for _, c := range f.Channels {
		channels += c.Messages
	}
	want := before.Messages + 1
	if got := []uint64{f.Messages, days, hours, users, channels, f.By.sum()}; slices.Min(got) != want || slices.Max(got) != want {
		t.Errorf("messages and their sums by day, hour, user, channel and origin are %v, want %d", got, want)
	}
	var b strings.Builder
	if err := Write(&b, Page{Guilds: []*Figures{f}}); err != nil {
		t.Fatal(err)
	}
	if page := b.String(); !strings.Contains(page, "deleted messages counted") {
		t.Error("the page doesn't say that deleted messages count")
	}
}
