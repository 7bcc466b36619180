package projections

import (
	"fmt"

	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// Activity is when and where a guild's messages were sent, and how each came into the log. It holds the
// messages that are shown of the Guild that it was made from, each once, and no others.
type Activity struct {
	Calendar *Calendar // by which there are days and hours: the guild's
	Total    uint64
	First    snowflake.ID   // the oldest message; 0: there is none
	Last     snowflake.ID   // the newest
	Hours    [7][24]uint64  // by time.Weekday and hour of the day
	Days     map[Day]uint64 // those with messages
	Channels map[snowflake.ID]map[Day]ByOrigin
}

// Origins is the number of an array with a place for each eventlog.Origin.
const Origins = int(eventlog.Archive) + 1

// ByOrigin is a number of messages for each origin: that of the event which their count rests on.
type ByOrigin [Origins]uint64

// Sum returns the number of messages of all origins.
func (o ByOrigin) Sum() (n uint64) {
	for _, m := range o {
		n += m
	}
	return n
}

// Plus returns the sums, origin by origin.
func (o ByOrigin) Plus(other ByOrigin) ByOrigin {
	for i, n := range other {
		o[i] += n
	}
	return o
}

// Activity reads the log again, up to the guild's position.
func (g *Guild) Activity(log *eventlog.Log) (*Activity, error) {
	return g.ActivityIn(log, Window{To: noEnd})
}

// ActivityIn is Activity of a part of the messages alone.
func (g *Guild) ActivityIn(log *eventlog.Log, w Window) (*Activity, error) {
	a := &Activity{Calendar: g.Calendar(), Days: map[Day]uint64{}, Channels: map[snowflake.ID]map[Day]ByOrigin{}}
	err := g.eachCounted(log, w, func(channel snowflake.ID, e eventlog.Found) { a.add(channel, e.ID, e.Origin) })
	if err != nil {
		return nil, fmt.Errorf("read the activity of guild %s: %w", g.ID, err)
	}
	return a, nil
}

func (a *Activity) add(channel, id snowflake.ID, origin eventlog.Origin) {
	if a.First == 0 || id < a.First {
		a.First = id
	}
	a.Last = max(a.Last, id)
	day, hour := a.Calendar.dayAndHour(id)
	a.Total++
	a.Days[day]++
	a.Hours[(day+4)%7][hour]++ // 1970-01-01 was a Thursday, and ids are younger
	days := a.Channels[channel]
	if days == nil {
		days = map[Day]ByOrigin{}
		a.Channels[channel] = days
	}
	by := days[day]
	by[origin]++
	days[day] = by
}
