package verify

import "tally/eventlog/snowflake"

// Differences are what was found in one channel or in several. They grow with what differs, and with the
// users, not with the messages.
type Differences struct {
	users          map[snowflake.ID]*User
	missing, extra []place
	skipped        []Skipped
	gone           []snowflake.ID // channels that Discord doesn't have any more
	ofGone         uint64         // what counts of them
}

func newDifferences() *Differences { return &Differences{users: map[snowflake.ID]*User{}} }

func skip(channel snowflake.ID, reason string) *Differences {
	found := newDifferences()
	found.skipped = []Skipped{{channel, reason}}
	return found
}

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
	f.extra = append(f.extra, other.extra...)
	f.skipped = append(f.skipped, other.skipped...)
	f.gone = append(f.gone, other.gone...)
	f.ofGone += other.ofGone
}
