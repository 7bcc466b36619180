package report

import (
	"maps"
	"slices"
	"time"

	"github.com/oklog/ulid/v2"

	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// Figures are a guild's numbers at one position of its log, by its settings. All days and hours are in its time zone,
// all instants in UTC.
type Figures struct {
	Summary
	Users    []User        `json:"users"`    // most messages first, then by id
	Channels []Channel     `json:"channels"` // likewise; those without messages only if an import names them
	Days     []Day         `json:"days"`     // those with messages
	Hours    [7][24]uint64 `json:"hours"`    // from Monday on
	Gaps     []Gap         `json:"gaps"`     // in the order in which they opened
	Coverage []Cell        `json:"coverage"` // by channel, then by day
}

// Summary is what is said of a guild in a few lines.
type Summary struct {
	Guild      snowflake.ID             `json:"guild_id"`
	Position   ulid.ULID                `json:"position"` // of the last event that is counted
	AsOf       time.Time                `json:"as_of"`    // when that was written, by this machine's clock
	Settings   eventlog.Settings        `json:"settings"`
	Zone       string                   `json:"time_zone"` // of days and hours
	Messages   uint64                   `json:"messages"`  // that count; where the settings say so, the deleted ones too
	Deleted    uint64                   `json:"deleted"`   // that are known to be deleted
	People     int                      `json:"people"`    // who wrote the messages
	First      *time.Time               `json:"first_message"`
	Last       *time.Time               `json:"last_message"`
	BusiestDay *Day                     `json:"busiest_day"` // the earliest, if several are
	By         Origins                  `json:"by_origin"`
	Status     projections.Status       `json:"import_status"`
	Import     projections.ImportFields `json:"import"`
	OpenGaps   int                      `json:"open_gaps"`           // of which not everything has been read
	Unchecked  int                      `json:"unchecked_channels"`  // in which messages may have been deleted unheard
	Unreadable int                      `json:"unreadable_channels"` // which the last import was not permitted to read
}

// User is one user's place.
type User struct {
	Rank     int          `json:"rank"` // 0: not one user, but all who had themselves erased
	User     snowflake.ID `json:"user_id"`
	Messages uint64       `json:"messages"`
	Seen     uint64       `json:"seen"` // and those that are deleted
	Deleted  uint64       `json:"deleted"`
}

// Day is the number of messages of a day.
type Day struct {
	Day      projections.Day `json:"day"`
	Messages uint64          `json:"messages"`
}

// Cell is how the messages of one channel and day have come.
type Cell struct {
	Channel snowflake.ID    `json:"channel_id"`
	Day     projections.Day `json:"day"`
	Origins
}

// Read gathers a guild's figures. It reads the whole log of the guild, twice.
func Read(log *eventlog.Log, guild snowflake.ID) (*Figures, error) {
	g, err := projections.Load(log, guild)
	if err != nil {
		return nil, err
	}
	a, err := g.Activity(log)
	if err != nil {
		return nil, err
	}
	spans, err := projections.GapSpans(log, guild)
	if err != nil {
		return nil, err
	}
	status, _ := g.ImportStatus()
	f := &Figures{Summary: Summary{
		Guild: guild, Position: g.Position(), AsOf: ulid.Time(g.Position().Time()).UTC(),
		Settings: g.Settings(), Zone: a.Calendar.Zone(), Messages: g.Total(), Deleted: g.Sum().Deleted, People: g.Writers(), Status: status, Import: g.ImportFields(),
		OpenGaps: len(g.Gaps()), Unchecked: len(g.Unchecked(g.ParentOf)),
	}, Users: usersOf(g), Channels: channelsOf(g, a), Gaps: gapsOf(g, spans), Coverage: coverageOf(a), Days: []Day{}}
	for _, c := range f.Coverage {
		f.By = f.By.plus(c.Origins)
	}
	for _, c := range f.Channels {
		if c.History == HistoryUnreadable {
			f.Unreadable++
		}
	}
	f.setTimes(a)
	return f, nil
}

func (f *Figures) setTimes(a *projections.Activity) {
	if a.Total > 0 {
		f.First, f.Last = new(a.First.Time()), new(a.Last.Time())
	}
	for _, day := range slices.Sorted(maps.Keys(a.Days)) {
		f.Days = append(f.Days, Day{day, a.Days[day]})
	}
	for i := range f.Days {
		if d := &f.Days[i]; f.BusiestDay == nil || d.Messages > f.BusiestDay.Messages {
			f.BusiestDay = d
		}
	}
	for i := range f.Hours {
		f.Hours[i] = a.Hours[(i+1)%7] // time.Weekday begins with Sunday
	}
}

// calendar returns that of the guild's time zone.
func (f *Figures) calendar() *projections.Calendar {
	zone, err := projections.LoadZone(f.Zone)
	if err != nil {
		zone = time.UTC
	}
	return projections.NewCalendar(zone)
}

func usersOf(g *projections.Guild) []User {
	users := []User{}
	for _, s := range g.Standings() {
		users = append(users, User{s.Rank, s.User, s.Shown, s.Seen(), s.Deleted})
	}
	return users
}

func coverageOf(a *projections.Activity) []Cell {
	cells := []Cell{}
	for _, channel := range slices.Sorted(maps.Keys(a.Channels)) {
		days := a.Channels[channel]
		for _, day := range slices.Sorted(maps.Keys(days)) {
			cells = append(cells, Cell{channel, day, originsOf(days[day])})
		}
	}
	return cells
}
