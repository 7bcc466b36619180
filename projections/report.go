package projections

import (
	"time"

	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// Report is a guild's count as programs read it (`tally replay --format json`).
type Report struct {
	Guild    snowflake.ID      `json:"guild_id"`
	Cutoff   *time.Time        `json:"cutoff"` // of the last completed import
	Import   ImportFields      `json:"import"`
	Settings eventlog.Settings `json:"settings"`
	Total    uint64            `json:"total"`
	Users    []UserReport      `json:"users"`    // by messages, descending, then by id
	Channels []ChannelReport   `json:"channels"` // likewise
}

// ImportFields are the five fields by which an import is known.
type ImportFields struct {
	Completed bool       `json:"import_completed"`
	Date      *string    `json:"import_date"`       // the UTC day of the start, as 2006-01-02
	StartTime *time.Time `json:"import_start_time"` // the cutoff, in Discord's clock
	EndTime   *time.Time `json:"import_end_time"`
	Total     uint64     `json:"total_messages_imported"` // of every type and by everyone
}

// UserReport is one user's count.
type UserReport struct {
	User     snowflake.ID `json:"user_id"`
	Messages uint64       `json:"messages"` // that exist or, where the settings say so, that were ever seen
	Seen     uint64       `json:"seen"`
}

// ChannelReport is one channel's count.
type ChannelReport struct {
	Channel  snowflake.ID `json:"channel_id"`
	Messages uint64       `json:"messages"`
}

// Report returns the whole count.
func (g *Guild) Report() Report {
	r := Report{Guild: g.ID, Import: g.ImportFields(), Settings: g.settings, Total: g.Total(), Users: []UserReport{}, Channels: []ChannelReport{}}
	if g.committed != nil {
		r.Cutoff = new(g.committed.Start())
	}
	for _, u := range g.Standings() {
		r.Users = append(r.Users, UserReport{u.User, u.Shown, u.Seen()})
	}
	for _, c := range g.Channels() {
		r.Channels = append(r.Channels, ChannelReport(c))
	}
	return r
}

// Status is an import's state in a word.
type Status string

// The states of a guild's import.
const (
	StatusNone      Status = "none"
	StatusRunning   Status = "running"
	StatusCompleted Status = "completed"
	StatusCancelled Status = "cancelled"
)

// ImportStatus returns the state and the import that it is about: the running one, else the last one
// that completed, else the last one that was cancelled, else nil.
func (g *Guild) ImportStatus() (Status, *Import) {
	switch {
	case g.running != nil:
		return StatusRunning, g.running
	case g.committed != nil:
		return StatusCompleted, g.committed
	case g.ended != nil:
		return StatusCancelled, g.ended
	}
	return StatusNone, nil
}

// ImportFields returns the five fields: of the last completed import, else of the running or the
// cancelled one.
func (g *Guild) ImportFields() ImportFields {
	i := g.committed
	if i == nil {
		_, i = g.ImportStatus()
	}
	return i.Fields()
}

// Fields returns the import's five fields. A nil import gives those of none.
func (i *Import) Fields() ImportFields {
	if i == nil {
		return ImportFields{}
	}
	f := ImportFields{
		Completed: i.Outcome == eventlog.Completed, Date: new(i.Start().Format(time.DateOnly)),
		StartTime: new(i.Start()), Total: i.Messages,
	}
	if !i.Finished.IsZero() {
		f.EndTime = new(i.Finished)
	}
	return f
}
