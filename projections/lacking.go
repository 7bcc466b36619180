package projections

import (
	"fmt"

	"github.com/oklog/ulid/v2"

	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// Lacking returns what an import that is about to finish lacks: the ids, rising, of messages older
// than its cutoff, countable by any policy, that live tracking (or a repair of an earlier import) holds in the
// channels that the import has read, and the import itself doesn't, leaving out what is known to be deleted.
func Lacking(log *eventlog.Log, guild snowflake.ID, number uint32) (map[snowflake.ID][]snowflake.ID, error) {
	l := lacking{number: number, read: map[snowflake.ID]bool{}, ids: map[snowflake.ID]*idSet{}}
	for _, pass := range []func(eventlog.Body){l.collect, l.strike} {
		if err := eachBody(log, guild, pass); err != nil {
			return nil, fmt.Errorf("compare with the import: %w", err)
		}
	}
	result := map[snowflake.ID][]snowflake.ID{}
	for channel, ids := range l.ids {
		if l.read[channel] && ids.n > 0 {
			result[channel] = ids.all()
		}
	}
	return result, nil
}

func eachBody(log *eventlog.Log, guild snowflake.ID, give func(eventlog.Body)) error {
	for rec, err := range log.Between(guild, ulid.ULID{}, ulid.ULID{}) {
		if err != nil {
			return err
		}
		for body, err := range rec.Bodies() {
			if err != nil {
				return err
			}
			give(body)
		}
	}
	return nil
}

type lacking struct {
	number uint32
	cutoff snowflake.ID
	read   map[snowflake.ID]bool
	ids    map[snowflake.ID]*idSet // by channel
}

// collect gathers what the other side holds. The cutoff is known only once the import has started, and
// it is above all that was held then: until it is known, everything is older.
func (l *lacking) collect(body eventlog.Body) {
	switch b := body.(type) {
	case eventlog.ImportStarted:
		if b.Import == l.number {
			l.cutoff = b.Cutoff
		}
	case eventlog.ImportChannelFinished:
		l.read[b.Channel] = b.Import == l.number && b.Outcome == eventlog.Completed
	case *eventlog.Page:
		if b.Origin == eventlog.Import || b.Origin == eventlog.Repair && b.Import == l.number || l.cutoff != 0 && b.First >= l.cutoff {
			return
		}
		for i, id := range b.IDs() {
			s := b.Senders[b.From[i]]
			if (l.cutoff == 0 || id < l.cutoff) && widest.Countable(s.Type, s.Marks) {
				if l.ids[b.Channel] == nil {
					l.ids[b.Channel] = &idSet{}
				}
				l.ids[b.Channel].add(id)
			}
		}
	}
}

// strike takes out what the import holds, and what is deleted.
func (l *lacking) strike(body eventlog.Body) {
	switch b := body.(type) {
	case *eventlog.Page:
		if ids := l.ids[b.Channel]; ids != nil && b.Import == l.number && ids.anyIn(b.First, b.Last) {
			for _, id := range b.IDs() {
				ids.remove(id)
			}
		}
	case *eventlog.Deletes:
		if ids := l.ids[b.Channel]; ids != nil {
			for _, d := range b.List {
				ids.remove(d.ID)
			}
		}
	case eventlog.ChannelDeleted:
		delete(l.ids, b.Channel)
	}
}
