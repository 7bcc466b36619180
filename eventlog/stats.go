package eventlog

import (
	"github.com/oklog/ulid/v2"
	bolt "go.etcd.io/bbolt"

	"tally/eventlog/snowflake"
)

// Stats sums a log up.
type Stats struct {
	Bytes   int64 // of the file's pages that are in use: its growth ahead of need is left out
	Records int   // stored: a joined record is one
	Events  int
	Guilds  []GuildStats
	First   ulid.ULID // of all events
	Last    ulid.ULID
	Unknown int // events of kinds that this version doesn't know
}

// GuildStats sums one guild up.
type GuildStats struct {
	Guild   snowflake.ID
	Records int
	Bytes   int64 // of its records, without the pages around them
	Kinds   map[Kind]int
	Origins map[Origin]int // of its messages
}

// UsedBytes returns the size of the file's pages that are in use.
func (l *Log) UsedBytes() (int64, error) {
	var used int64
	err := l.db.View(func(tx *bolt.Tx) error {
		used = tx.Size()
		return nil
	})
	free := l.db.Stats().FreePageN + l.db.Stats().PendingPageN
	return used - int64(free*l.db.Info().PageSize), err
}

// Stats reads the whole log.
func (l *Log) Stats() (Stats, error) {
	var s Stats
	var err error
	if s.Bytes, err = l.UsedBytes(); err != nil {
		return s, err
	}
	guilds, err := l.Guilds()
	if err != nil {
		return s, err
	}
	for _, guild := range guilds {
		g := GuildStats{Guild: guild, Kinds: map[Kind]int{}, Origins: map[Origin]int{}}
		for rec, err := range l.stored(guild) {
			if err == nil {
				err = s.add(&g, rec)
			}
			if err != nil {
				return s, err
			}
		}
		s.Records += g.Records
		s.Guilds = append(s.Guilds, g)
	}
	return s, nil
}

func (s *Stats) add(g *GuildStats, rec *Record) error {
	g.Records++
	g.Bytes += int64(rec.Size)
	for body, err := range rec.Bodies() {
		if err != nil {
			return err
		}
		s.Events += body.Len()
		g.Kinds[body.Kind()] += body.Len()
		switch b := body.(type) {
		case *Page:
			g.Origins[b.Origin] += b.Len()
		case Unknown:
			s.Unknown += b.Len()
		}
	}
	if s.First == (ulid.ULID{}) || rec.Base.Compare(s.First) < 0 {
		s.First = rec.Base
	}
	if last := rec.Last(); last.Compare(s.Last) > 0 {
		s.Last = last
	}
	return nil
}
