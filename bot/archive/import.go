package archive

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"tally/bot/discord"
	"tally/bot/gate"
	"tally/eventlog/snowflake"
)

// Options of Import. The zero value is fine.
type Options struct {
	Owner    snowflake.ID      // of data packages that don't say whose they are
	Now      func() time.Time  // the host's clock, to know an id that can't be; default: time.Now
	Progress func(bytes int64) // is told of what was read, as it is packed
}

func (o Options) now() time.Time {
	if o.Now == nil {
		return time.Now()
	}
	return o.Now()
}

// Taker takes messages of one place. It may not keep them.
type Taker interface {
	Take(ctx context.Context, p Place, messages []discord.Message) (gate.Taken, error)
}

// Summary says what came of an import.
type Summary struct {
	Read     int         // files that were read, to their end or as far as they go
	Troubled []Trouble   // in the order of the files
	Other    int         // files found in folders that hold no messages
	Servers  []*Imported // by id
	Nobody   int         // messages by the account that stands for all whose own is gone
}

// Trouble is a file that was not read, or not to its end. What was given of it before stays.
type Trouble struct {
	File string
	Err  error // of this package's, or the disk's
	Read int   // the messages that were given
}

// Imported is what came of one server's files. Messages = New + Held + Skipped.
type Imported struct {
	Guild    snowflake.ID
	Files    int
	Channels int // that messages were given of, threads too
	Threads  int
	Messages int // in the files
	New      int // that the log didn't hold on its stream side
	Counting int // of the new ones: that count now
	Held     int // that it held, or that stand in the files twice
	Skipped  map[Reason]int

	channels map[snowflake.ID]bool // whether they are threads
}

// Import reads files and gives their messages to a taker. An error is the taker's, or that of ctx: it ends
// the import, the summary says what came until then, and what came stays. Files that can't be read are in the
// summary.
func Import(ctx context.Context, files []*File, o Options, into Taker) (*Summary, error) {
	s := &sums{guilds: map[snowflake.ID]*Imported{}}
	for _, f := range files {
		if err := s.file(ctx, f, o, into); err != nil {
			return s.done(), err
		}
	}
	return s.done(), ctx.Err()
}

// sums is a summary in the making.
type sums struct {
	Summary
	guilds map[snowflake.ID]*Imported
}

// file reads one file. Its error is not the file's.
func (s *sums) file(ctx context.Context, f *File, o Options, into Taker) error {
	var failed error
	found, err := f.read(ctx, o, func(p Place, messages []discord.Message) error {
		var taken gate.Taken
		if taken, failed = into.Take(ctx, p, messages); failed == nil {
			s.of(p.Guild).add(p, len(messages), taken)
		}
		return failed
	})
	readable := err == nil || errors.Is(err, ErrCutOff) || errors.Is(err, ErrDamaged)
	s.Nobody += found.Nobody
	if g := found.Place.Guild; g != 0 && readable {
		s.of(g).Files++
		for why, n := range found.Skipped {
			s.of(g).Skipped[why] += n
			s.of(g).Messages += n
		}
	}
	switch {
	case failed != nil:
		return failed
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, ErrNotArchive) && !f.Asked:
		s.Other++
		return nil
	case err != nil:
		s.Troubled = append(s.Troubled, Trouble{f.Name, err, found.Given})
	}
	if readable {
		s.Read++
	}
	return nil
}

func (s *sums) of(guild snowflake.ID) *Imported {
	i, ok := s.guilds[guild]
	if !ok {
		i = &Imported{Guild: guild, Skipped: map[Reason]int{}, channels: map[snowflake.ID]bool{}}
		s.guilds[guild] = i
	}
	return i
}

func (i *Imported) add(p Place, n int, taken gate.Taken) {
	i.channels[p.Channel] = p.Thread
	i.Messages += n
	i.New += len(taken.New)
	i.Counting += taken.Counting
	i.Held += n - len(taken.New)
}

func (s *sums) done() *Summary {
	for _, guild := range slices.Sorted(maps.Keys(s.guilds)) {
		i := s.guilds[guild]
		i.Channels, i.Threads = len(i.channels), 0
		for _, thread := range i.channels {
			if thread {
				i.Threads++
			}
		}
		s.Servers = append(s.Servers, i)
	}
	return &s.Summary
}
