package projections

import (
	"maps"
	"testing"
	"time"

	"tally/eventlog"
	"tally/eventlog/snowflake"
)

func at(text string) snowflake.ID {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		panic(err)
	}
	return snowflake.At(t)
}

func (w *world) activity() *Activity {
	w.Helper()
	a, err := w.g.Activity(w.log)
	if err != nil {
		w.Fatal(err)
	}
	return a
}

// TestActivityFollowsUTC puts messages on both sides of midnight, of a week's end and of a leap day's.
func TestActivityFollowsUTC(t *testing.T) {
	w := newWorld(t)
	all(live(
		at("2024-02-28T23:59:59.999Z"), at("2024-02-29T00:00:00Z"), at("2024-02-29T23:59:59.999Z"), // a Thursday
		at("2024-03-02T23:59:59.999Z"), at("2024-03-03T00:00:00Z"), // Saturday, Sunday
		at("2024-03-03T13:00:00+02:00")))(w)
	a := w.activity()
	want := map[string]uint64{"2024-02-28": 1, "2024-02-29": 2, "2024-03-02": 1, "2024-03-03": 2}
	got := map[string]uint64{}
	for day, n := range a.Days {
		got[day.String()] = n
	}
	if !maps.Equal(got, want) {
		t.Errorf("days %v, want %v", got, want)
	}
	var hours [7][24]uint64
	hours[time.Wednesday][23], hours[time.Thursday][0], hours[time.Thursday][23] = 1, 1, 1
	hours[time.Saturday][23], hours[time.Sunday][0], hours[time.Sunday][11] = 1, 1, 1
	if a.Hours != hours {
		t.Errorf("hours %v", a.Hours)
	}
	if a.Total != 6 || a.First != at("2024-02-28T23:59:59.999Z") || a.Last != at("2024-03-03T11:00:00Z") {
		t.Errorf("%d messages from %s to %s", a.Total, a.First.Time(), a.Last.Time())
	}
}

// TestActivityNamesTheOriginThatCounts follows messages that more than one event holds.
func TestActivityNamesTheOriginThatCounts(t *testing.T) {
	origins := func(want map[eventlog.Origin]uint64) step {
		return func(w *world) {
			w.Helper()
			got := map[eventlog.Origin]uint64{}
			for _, by := range w.activity().Channels[1] {
				for origin, n := range by {
					if n > 0 {
						got[eventlog.Origin(origin)] += n
					}
				}
			}
			if !maps.Equal(got, want) {
				w.Errorf("%v, want %v", got, want)
			}
		}
	}
	type by = map[eventlog.Origin]uint64
	caughtUp := pageOf(eventlog.Catchup, 0, 1, eventlog.Message{}, 120)
	all(
		origins(by{}), live(10, 20), origins(by{eventlog.Live: 2}),
		start(1, 100), history(1, 5, 10), origins(by{eventlog.Live: 2}), // what runs isn't shown
		live(110), repair(1, 20), done(1), origins(by{eventlog.Import: 2, eventlog.Repair: 1, eventlog.Live: 1}),
		caughtUp, deleted(110), origins(by{eventlog.Import: 2, eventlog.Repair: 1, eventlog.Catchup: 1}),
		start(2, 200), history(2, 5), repair(2, 120), finish(2, eventlog.Cancelled), // its repair repeats the catch-up
		origins(by{eventlog.Import: 2, eventlog.Repair: 1, eventlog.Catchup: 1}),
		told(eventlog.ChannelDeleted{Channel: 1}), origins(by{}),
	)(newWorld(t))
}

// TestActivityStopsAtTheGuild leaves out what came after the state that it is asked of.
func TestActivityStopsAtTheGuild(t *testing.T) {
	w := newWorld(t)
	live(10)(w)
	early, err := Replay(w.log, guildID, w.g.Position())
	if err != nil {
		t.Fatal(err)
	}
	live(20)(w)
	if a, err := early.Activity(w.log); err != nil || a.Total != 1 {
		t.Errorf("%d messages, %v; want 1", a.Total, err)
	}
}

// checkActivity holds the sums of the activity, whichever way they are made, to the count.
func (s *schedule) checkActivity() {
	a, err := s.live.Activity(s.log)
	if err != nil {
		s.Fatal(err)
	}
	var days, hours uint64
	for _, n := range a.Days {
		days += n
	}
	for _, day := range a.Hours {
		for _, n := range day {
			hours += n
		}
	}
	if s.gone && s.live.settings.Deleted { // of a channel that went, the log doesn't tell what no count rested on
		return
	}
	if a.Total != s.live.Total() || days != a.Total || hours != a.Total {
		s.Fatalf("%d messages count: the activity has %d, %d by day, %d by hour", s.live.Total(), a.Total, days, hours)
	}
	if counted := s.live.Channels(); len(counted) != len(a.Channels) {
		s.Fatalf("%d channels have messages: the activity has %d", len(counted), len(a.Channels))
	}
	for _, c := range s.live.Channels() {
		var sum ByOrigin
		for _, by := range a.Channels[c.Channel] {
			sum = sum.Plus(by)
		}
		if sum.Sum() != c.Messages {
			s.Fatalf("channel %d has %d messages: the activity has %v", c.Channel, c.Messages, sum)
		}
	}
}
