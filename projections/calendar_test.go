package projections

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"tally/eventlog"
	"tally/eventlog/snowflake"
)

func zone(t interface {
	Helper()
	Fatal(...any)
}, name string) *time.Location {
	t.Helper()
	z, err := LoadZone(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// zones have changed their clocks at 1, 2 and 3 o'clock, at midnight both ways, by half an hour, and once by a
// whole day; some never did.
var zones = []string{"UTC", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "America/Havana", "Asia/Beirut", "Asia/Gaza",
	"Australia/Lord_Howe", "Asia/Kathmandu", "Asia/Pyongyang", "Pacific/Chatham", "Pacific/Kiritimati", "Africa/Casablanca", "Etc/GMT+12"}

// TestCalendar holds days and hours to the time package's, which is slower, and a day's beginning to its
// neighbours: the instant before is of an earlier day.
func TestCalendar(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		z := zone(t, rapid.SampledFrom(zones).Draw(rt, "zone"))
		c := NewCalendar(z)
		ms := rapid.Int64Range(snowflake.Epoch, snowflake.Epoch+30*365*dayMs)
		for range rapid.IntRange(1, 20).Draw(rt, "ids") {
			id := snowflake.AtMs(ms.Draw(rt, "ms"))
			want := id.Time().In(z)
			day, hour := c.dayAndHour(id)
			if day.String() != want.Format(time.DateOnly) || hour != want.Hour() || c.Day(id) != day || day.Weekday() != want.Weekday() {
				rt.Fatalf("%s is on %s at %d", want, day, hour)
			}
			begin := c.Begin(day)
			if c.DayOf(begin) != day || c.DayOf(begin.Add(-time.Millisecond)) >= day || begin.After(id.Time()) || c.Begin(day+1).Before(id.Time()) {
				rt.Fatalf("%s: %s begins at %s", want, day, begin)
			}
		}
	})
}

// TestDaysOfClockChanges has days of 23, 24 and 25 hours.
func TestDaysOfClockChanges(t *testing.T) {
	for _, c := range []struct {
		zone, day, begin string // the beginning in UTC
		hours            float64
	}{
		{"UTC", "2026-03-29", "2026-03-29T00:00:00Z", 24},
		{"Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00Z", 23},
		{"Europe/Berlin", "2026-10-25", "2026-10-24T22:00:00Z", 25},
		{"Europe/Berlin", "2026-10-26", "2026-10-25T23:00:00Z", 24},
		{"America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z", 23}, // it begins at one o'clock
		{"America/Sao_Paulo", "2018-02-17", "2018-02-17T02:00:00Z", 25}, // its last hour comes twice
		{"America/Havana", "2026-11-01", "2026-11-01T04:00:00Z", 25},    // its first hour comes twice
		{"Asia/Beirut", "2026-03-29", "2026-03-28T22:00:00Z", 23},
		{"Australia/Lord_Howe", "2026-10-04", "2026-10-03T13:30:00Z", 23.5},
		{"Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z", 0}, // there was none
		{"Asia/Kathmandu", "2026-01-01", "2025-12-31T18:15:00Z", 24},
	} {
		var day Day
		if err := day.UnmarshalText([]byte(c.day)); err != nil {
			t.Fatal(err)
		}
		calendar := NewCalendar(zone(t, c.zone))
		begin := calendar.Begin(day)
		if got := begin.UTC().Format(time.RFC3339); got != c.begin || calendar.Begin(day+1).Sub(begin).Hours() != c.hours {
			t.Errorf("%s in %s begins at %s and has %v", c.day, c.zone, got, calendar.Begin(day+1).Sub(begin))
		}
	}
}

// TestActivityFollowsTheZone puts messages around a midnight of Berlin's, and into the hour that comes twice.
func TestActivityFollowsTheZone(t *testing.T) {
	w := newWorld(t)
	all(live(at("2026-10-24T21:59:59.999Z"), at("2026-10-24T22:00:00Z"), at("2026-10-25T00:30:00Z"), at("2026-10-25T01:30:00Z"),
		at("2026-10-25T22:59:59.999Z"), at("2026-10-25T23:00:00Z")), set(eventlog.Settings{Zone: "Europe/Berlin"}))(w)
	a := w.activity()
	days := map[string]uint64{}
	for day, n := range a.Days {
		days[day.String()] = n
	}
	if days["2026-10-24"] != 1 || days["2026-10-25"] != 4 || days["2026-10-26"] != 1 || a.Calendar.Zone() != "Europe/Berlin" {
		t.Errorf("days %v in %s", days, a.Calendar.Zone())
	}
	sunday := a.Hours[time.Sunday]
	if sunday[0] != 1 || sunday[2] != 2 || sunday[23] != 1 || a.Hours[time.Saturday][23] != 1 || a.Hours[time.Monday][0] != 1 {
		t.Errorf("hours %v", a.Hours)
	}
}

// TestZones has names that are none, and a log that names one that this version doesn't know.
func TestZones(t *testing.T) {
	for _, name := range []string{"Local", "Berlin", "../etc/passwd", "UTC+1"} {
		if _, err := LoadZone(name); err == nil {
			t.Errorf("%s is a zone", name)
		}
	}
	g := NewGuild(guildID)
	g.Apply(eventlog.SettingsChanged{Settings: eventlog.Settings{Zone: "Mars/Olympus"}})
	if name := g.Calendar().Zone(); name != "UTC" {
		t.Errorf("an unknown zone is %s", name)
	}
}

// BenchmarkCalendar tells the days of ids that come as a busy server's do.
func BenchmarkCalendar(b *testing.B) {
	c := NewCalendar(zone(b, "Europe/Berlin"))
	id := snowflake.AtMs(snowflake.Epoch)
	for b.Loop() {
		id += 40_000 << 22
		c.Day(id)
	}
}
