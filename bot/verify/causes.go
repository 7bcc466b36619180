package verify

import (
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// Causes say why the count and Discord differ, as far as the log knows.
type Causes struct {
	Gaps    map[uint32]uint64 // missing: sent in this gap, in which nobody listened
	Unseen  uint64            // missing, though somebody listened
	Deleted uint64            // extra: deleted, and nobody heard of it
	Gone    uint64            // extra: of channels that were deleted, and nobody heard of it
}

// Differences are what was found in one channel or in several.
type Differences struct {
	Causes
	users   map[snowflake.ID]*User
	missing []place
	skipped []Skipped
}

// place is where a message is.
type place struct{ channel, id snowflake.ID }

func newDifferences() *Differences { return &Differences{users: map[snowflake.ID]*User{}} }

func (f *Differences) user(id snowflake.ID) *User {
	if f.users[id] == nil {
		f.users[id] = &User{User: id}
	}
	return f.users[id]
}

func (f *Differences) add(other *Differences) {
	for id, u := range other.users {
		sum := f.user(id)
		sum.Counted += u.Counted
		sum.Expected += u.Expected
		sum.Missing += u.Missing
		sum.Extra += u.Extra
	}
	f.missing = append(f.missing, other.missing...)
	f.skipped = append(f.skipped, other.skipped...)
	f.Deleted += other.Deleted
	f.Gone += other.Gone
}

// result writes the differences down. The log tells in which gap a missing message was sent.
func (f *Differences) result(r *Result, log *eventlog.Log, guild snowflake.ID) error {
	r.sum(f.users)
	r.Skipped = f.skipped
	f.Gaps = map[uint32]uint64{}
	if len(f.missing) > 0 {
		spans, err := projections.GapSpans(log, guild)
		if err != nil {
			return err
		}
		for _, m := range f.missing {
			if gap, ok := gapOf(spans, m); ok {
				f.Gaps[gap]++
			} else {
				f.Unseen++
			}
		}
	}
	r.Causes = f.Causes
	return nil
}

// gapOf returns the newest gap in which a message was sent.
func gapOf(spans []projections.GapSpan, m place) (gap uint32, ok bool) {
	for _, s := range spans {
		if s.After < m.id && m.id < s.Until && (s.Channel == 0 || s.Channel == m.channel) {
			gap, ok = s.Number, true
		}
	}
	return gap, ok
}
