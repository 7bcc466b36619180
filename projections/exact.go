package projections

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/oklog/ulid/v2"

	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// Exact is a guild's count made from nothing by the rule as it is written (see the package's comment,
// and DESIGN.md §4), over exact sets of message ids. It shares nothing with the fold. It takes about 32
// bytes of memory for each message event.
type Exact struct {
	Users      map[snowflake.ID]uint64
	Channels   map[snowflake.ID]uint64
	Total      uint64
	Duplicates uint64 // events that hold a message again, on a side that held it already
}

// CountExactly reads a guild's whole log up to and with the record that holds until (the zero ULID: all).
func CountExactly(log *eventlog.Log, guild snowflake.ID, until ulid.ULID) (*Exact, error) {
	e := &Exact{Users: map[snowflake.ID]uint64{}, Channels: map[snowflake.ID]uint64{}}
	var err error
	e.Duplicates, err = EachCounted(log, guild, until, func(channel, _, author snowflake.ID) {
		e.Users[author]++
		e.Channels[channel]++
		e.Total++
	})
	return e, err
}

// EachCounted gives each message that counts by the exact rule, channel by channel, ids rising, and
// returns the number of duplicates.
func EachCounted(log *eventlog.Log, guild snowflake.ID, until ulid.ULID, give func(channel, message, author snowflake.ID)) (repeated uint64, err error) {
	s := newSightings()
	for rec, err := range log.Between(guild, ulid.ULID{}, until) {
		if err != nil {
			return 0, fmt.Errorf("count exactly: %w", err)
		}
		for body, err := range rec.Bodies() {
			if err != nil {
				return 0, fmt.Errorf("count exactly: %w", err)
			}
			s.note(body)
		}
	}
	s.each(func(m []sighting) {
		repeated += duplicates(m)
		if by, ok := s.counts(m); ok {
			give(by.channel, by.id, by.author)
		}
	})
	return repeated, nil
}

// sighting is one event that holds a message. Its imp is the import whose side it is on, 0 for live
// tracking's.
type sighting struct {
	channel, id, author snowflake.ID
	imp                 uint32
	repair              bool
	kind                uint16
	marks               eventlog.Marks
}

// sightings is all that a log tells, in the plainest form.
type sightings struct {
	messages  []sighting
	deleted   map[snowflake.ID]bool
	gone      map[snowflake.ID]bool // channels
	parents   map[snowflake.ID]snowflake.ID
	started   map[uint32]snowflake.ID
	running   uint32
	read      map[uint32]map[snowflake.ID]bool
	completed []uint32
	settings  eventlog.Settings // the last ones
}

func newSightings() *sightings {
	return &sightings{deleted: map[snowflake.ID]bool{}, gone: map[snowflake.ID]bool{}, parents: map[snowflake.ID]snowflake.ID{},
		started: map[uint32]snowflake.ID{}, read: map[uint32]map[snowflake.ID]bool{}}
}

func (s *sightings) note(body eventlog.Body) {
	switch b := body.(type) {
	case *eventlog.Page:
		for i := range b.Len() {
			m := b.Message(i)
			at := sighting{
				channel: b.Channel, id: m.ID, author: m.Author, imp: b.Import,
				repair: b.Origin == eventlog.Repair, kind: m.Type, marks: m.Marks,
			}
			if at.repair && m.ID >= s.started[b.Import] {
				at.imp = 0
			}
			s.messages = append(s.messages, at)
		}
	case *eventlog.Deletes:
		for _, d := range b.List {
			s.deleted[d.ID] = true
		}
	case eventlog.ChannelDeleted:
		s.gone[b.Channel] = true
		for thread, parent := range s.parents { // as they are known by now
			s.gone[thread] = s.gone[thread] || parent == b.Channel
		}
	case eventlog.ImportStarted:
		s.running, s.started[b.Import], s.read[b.Import] = b.Import, b.Cutoff, map[snowflake.ID]bool{}
	case eventlog.ImportChannelFinished:
		s.parents[b.Channel] = b.Parent
		if s.running == b.Import && b.Import != 0 {
			s.read[b.Import][b.Channel] = b.Outcome == eventlog.Completed
		}
	case eventlog.ChannelChecked:
		if b.Parent != 0 {
			s.parents[b.Channel] = b.Parent
		}
	case eventlog.SettingsChanged:
		s.settings = b.Settings
	case eventlog.ImportFinished:
		if s.running != b.Import || b.Import == 0 {
			return
		}
		if s.running = 0; b.Outcome == eventlog.Completed {
			s.completed = append(s.completed, b.Import)
		}
	}
}

// each gives all sightings of one message at a time.
func (s *sightings) each(give func(m []sighting)) {
	slices.SortFunc(s.messages, func(a, b sighting) int {
		return cmp.Or(cmp.Compare(a.channel, b.channel), cmp.Compare(a.id, b.id), cmp.Compare(a.imp, b.imp))
	})
	for rest := s.messages; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].channel == rest[0].channel && rest[n].id == rest[0].id {
			n++
		}
		give(rest[:n])
		rest = rest[n:]
	}
}

// duplicates counts the events that repeat one of the same side.
func duplicates(m []sighting) (n uint64) {
	for i := 1; i < len(m); i++ {
		if m[i].imp == m[i-1].imp {
			n++
		}
	}
	return n
}

// counts returns the event by which a message counts, if it does. Events may differ in whose message it is:
// an archive knows the author of old, and Discord gives one name to all whose account is gone.
func (s *sightings) counts(m []sighting) (by sighting, ok bool) {
	if s.deleted[m[0].id] || s.gone[m[0].channel] || s.excluded(m[0].channel) {
		return by, false
	}
	if by, ok = s.countsBy(m, len(s.completed)); ok {
		return by, s.countable(by)
	}
	at := slices.IndexFunc(m, func(e sighting) bool { return e.repair && s.countable(e) })
	if at < 0 {
		return by, false
	}
	return m[at], true
}

func (s *sightings) countable(m sighting) bool {
	return PolicyOf(s.settings).Countable(m.kind, m.marks)
}

func (s *sightings) excluded(channel snowflake.ID) bool {
	out := slices.Concat(s.settings.Excluded, s.settings.Within)
	parent := s.parents[channel]
	return slices.Contains(out, channel) || parent != 0 && slices.Contains(out, parent)
}

// countsBy is the rule after the first k completed imports.
func (s *sightings) countsBy(m []sighting, k int) (by sighting, ok bool) {
	heldBy := func(imp uint32) (sighting, bool) {
		at := slices.IndexFunc(m, func(e sighting) bool { return e.imp == imp })
		if at < 0 {
			return sighting{}, false
		}
		return m[at], true
	}
	if k == 0 {
		return heldBy(0)
	}
	imp := s.completed[k-1]
	switch {
	case m[0].id >= s.started[imp]:
		return heldBy(0)
	case s.read[imp][m[0].channel]:
		return heldBy(imp)
	}
	return s.countsBy(m, k-1)
}

// Difference is a user whose shown count is not the exact one.
type Difference struct {
	User     snowflake.ID
	Counted  uint64 // what is shown
	Expected uint64
}

// Compare returns the users in whom g differs from the exact count, the largest difference first.
func (e *Exact) Compare(g *Guild) []Difference {
	var diffs []Difference
	for i, id := range g.users.keys {
		if n, want := g.users.sums[i].Messages, e.Users[id]; n != want {
			diffs = append(diffs, Difference{id, n, want})
		}
	}
	for id, want := range e.Users {
		if g.users.find(id) < 0 {
			diffs = append(diffs, Difference{id, 0, want})
		}
	}
	slices.SortFunc(diffs, func(a, b Difference) int {
		return cmp.Or(cmp.Compare(b.size(), a.size()), cmp.Compare(a.User, b.User))
	})
	return diffs
}

func (d Difference) size() uint64 { return max(d.Counted, d.Expected) - min(d.Counted, d.Expected) }
