package projections

import (
	"fmt"
	"time"
	_ "time/tzdata" // so that a log gives the same days on every machine

	"tally/eventlog/snowflake"
)

// Day is a day of some calendar: the number of days since 1970-01-01.
type Day int32

const (
	hourMs = 60 * 60 * 1000
	dayMs  = 24 * hourMs
)

// Time returns the beginning of the day of that date in UTC; Calendar.Begin is that of the day itself.
func (d Day) Time() time.Time { return time.UnixMilli(int64(d) * dayMs).UTC() }

// Weekday returns the day of the week.
func (d Day) Weekday() time.Weekday { return d.Time().Weekday() }

// String returns the day as 2006-01-02.
func (d Day) String() string { return d.Time().Format(time.DateOnly) }

// MarshalText writes the day as 2006-01-02.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads a day as 2006-01-02.
func (d *Day) UnmarshalText(b []byte) error {
	t, err := time.Parse(time.DateOnly, string(b))
	*d = Day(t.UnixMilli() / dayMs)
	return err
}

// Calendar tells days and hours in a time zone. It is fast for ids of about the same time, and not safe for use by
// several goroutines at once.
type Calendar struct {
	zone   *time.Location
	offset int64 // of local time, in ms, from the instant from until before to
	from   int64
	to     int64
}

// NewCalendar returns the calendar of a time zone.
func NewCalendar(zone *time.Location) *Calendar { return &Calendar{zone: zone} }

// LoadZone returns a time zone by its name in the IANA database; "" is UTC. That of the host is none.
func LoadZone(name string) (*time.Location, error) {
	if name == "Local" {
		return nil, fmt.Errorf("unknown time zone %s", name)
	}
	return time.LoadLocation(name)
}

// Calendar returns the calendar of the guild's time zone, UTC's for one that this version doesn't know.
func (g *Guild) Calendar() *Calendar {
	zone, err := LoadZone(g.settings.Zone)
	if err != nil {
		zone = time.UTC
	}
	return NewCalendar(zone)
}

// Zone returns the name of the calendar's time zone, such as Europe/Berlin; UTC for that.
func (c *Calendar) Zone() string { return c.zone.String() }

// Day returns the day on which an id was made.
func (c *Calendar) Day(id snowflake.ID) Day {
	day, _ := c.dayAndHour(id)
	return day
}

// DayOf returns the day of an instant.
func (c *Calendar) DayOf(t time.Time) Day { return Day(floor(c.local(t.UnixMilli()), dayMs)) }

// At returns where on the calendar's face an instant is, in days since 1970-01-01. An hour that comes twice
// stands once.
func (c *Calendar) At(t time.Time) float64 { return float64(c.local(t.UnixMilli())) / dayMs }

// Clock returns an instant as the clocks of the zone show it.
func (c *Calendar) Clock(t time.Time) time.Time { return t.In(c.zone) }

// Begin returns a day's first instant. The next day's is 23 to 25 hours later.
func (c *Calendar) Begin(day Day) time.Time {
	date := day.Time()
	noon := time.Date(date.Year(), date.Month(), date.Day(), 12, 0, 0, 0, c.zone)
	_, before := noon.Add(-24 * time.Hour).Zone()
	_, after := noon.Zone()
	begin := date.Add(-time.Duration(before) * time.Second).In(c.zone)
	changed, _ := noon.ZoneBounds() // the clocks, for the last time
	if changed.IsZero() || begin.Before(changed) {
		return begin
	}
	begin = date.Add(-time.Duration(after) * time.Second).In(c.zone)
	if begin.Before(changed) { // there is no midnight: the day begins with the change
		return changed
	}
	return begin
}

func (c *Calendar) dayAndHour(id snowflake.ID) (day Day, hour int) {
	local := c.local(int64(id.Ms()))
	day = Day(floor(local, dayMs))
	return day, int((local - int64(day)*dayMs) / hourMs)
}

// local moves an instant by the zone's offset of then.
func (c *Calendar) local(ms int64) int64 {
	if ms < c.from || ms >= c.to {
		c.look(ms)
	}
	return ms + c.offset
}

// look finds the span of time around an instant in which the offset stays.
func (c *Calendar) look(ms int64) {
	t := time.UnixMilli(ms).In(c.zone)
	_, offset := t.Zone()
	start, end := t.ZoneBounds()
	c.offset, c.from, c.to = int64(offset)*1000, start.UnixMilli(), end.UnixMilli()
	if start.IsZero() {
		c.from = -1 << 62
	}
	if end.IsZero() {
		c.to = 1 << 62
	}
}

func floor(n, by int64) int64 {
	q := n / by
	if n%by < 0 {
		q--
	}
	return q
}
