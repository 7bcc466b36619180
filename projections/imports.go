package projections

import (
	"time"

	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// Import is one import as the log tells it.
type Import struct {
	Number   uint32
	Cutoff   snowflake.ID // messages below it are the import's
	By       snowflake.ID // who asked; 0: the shell
	In       snowflake.ID // the channel that it reports to
	Forced   bool
	Partial  bool             // it adds channels to the completed one
	Gapped   uint32           // the newest gap when it started: all of it is read after that
	Outcome  eventlog.Outcome // 0 while it runs
	Report   snowflake.ID     // the message that tells of it; 0: none
	Told     bool             // that it has ended
	Finished time.Time        // Discord's clock
	Messages uint64           // that it holds, of every type and by everyone
	Channels map[snowflake.ID]*ImportChannel
}

// ImportChannel is how far an import is with one channel.
type ImportChannel struct {
	Cursor   snowflake.ID // the smallest id read so far; 0: nothing read yet
	Messages uint64
	Outcome  eventlog.Outcome // 0: not finished
}

// Start returns the import_start_time: the cutoff as a time.
func (i *Import) Start() time.Time { return i.Cutoff.Time() }

func (i *Import) channel(id snowflake.ID) *ImportChannel {
	c, ok := i.Channels[id]
	if !ok {
		c = &ImportChannel{}
		i.Channels[id] = c
	}
	return c
}

// read moves the cursor: the import resumes from there after a restart. It is the numeric minimum,
// because Discord doesn't promise an order within a millisecond.
func (i *Import) read(p *eventlog.Page) {
	c := i.channel(p.Channel)
	n := uint64(p.Len())
	c.Messages += n
	i.Messages += n
	if p.Origin == eventlog.Repair {
		return // it is no page of the reading, which may still be above it
	}
	if c.Cursor == 0 || p.First < c.Cursor {
		c.Cursor = p.First
	}
}

func (g *Guild) applyImportStarted(e eventlog.ImportStarted) {
	g.endRunning(eventlog.Superseded, time.Time{})
	g.imports = max(g.imports, e.Import)
	g.running = &Import{
		Number: e.Import, Cutoff: e.Cutoff, By: e.By, In: e.In, Forced: e.Forced, Partial: e.Partial, Gapped: g.gapped,
		Channels: map[snowflake.ID]*ImportChannel{},
	}
}

func (g *Guild) applyImportChannelFinished(e eventlog.ImportChannelFinished) {
	g.setParent(e.Channel, e.Parent)
	if g.running != nil && e.Import == g.running.Number {
		g.running.channel(e.Channel).Outcome = e.Outcome
	}
}

func (g *Guild) applyImportFinished(e eventlog.ImportFinished) {
	if g.running != nil && e.Import == g.running.Number {
		g.endRunning(e.Outcome, e.At)
	}
}

func (g *Guild) applyImportReported(e eventlog.ImportReported) {
	for _, i := range []*Import{g.running, g.ended, g.committed} {
		if i != nil && i.Number == e.Import {
			i.Report, i.Told = e.Message, e.Ended
		}
	}
}

// endRunning closes the running import. Only if it completed does the count switch over to it, in one
// step and for the channels that it read; else nothing that is shown changes.
func (g *Guild) endRunning(outcome eventlog.Outcome, at time.Time) {
	r := g.running
	if r == nil {
		return
	}
	r.Outcome, r.Finished = outcome, at
	g.running = nil
	switch {
	case r.Partial && g.committed != nil:
		g.committed.join(r)
	case outcome != eventlog.Completed:
		g.ended = r
	default:
		g.committed, g.ended = r, nil
	}
	for id, ch := range g.channels {
		read := r.Channels[id]
		if outcome == eventlog.Completed && read != nil && read.Outcome == eventlog.Completed && !ch.deleted {
			g.switchOver(ch, r)
		}
		ch.aside = nil
	}
}

// join adds to a completed import the channels that a partial one has read.
func (i *Import) join(part *Import) {
	if part.Outcome != eventlog.Completed {
		return
	}
	for id, c := range part.Channels {
		if c.Outcome == eventlog.Completed {
			i.Channels[id] = c
			i.Messages += c.Messages
		}
	}
}

func (g *Guild) switchOver(ch *channel, r *Import) {
	ch.by, ch.cutoff = r.Number, r.Cutoff
	ch.checked = r.Gapped // nobody has held against Discord since what counts now
	for at := range ch.cells {
		c, r := &ch.cells[at], ch.kept(at)
		g.show(ch, at, int64(r.next)+int64(r.after)-int64(c.imported)-int64(c.stream))
		c.imported, c.stream = r.next, r.after
	}
}

// Running returns the import that has started and not finished, or nil. It belongs to the Guild.
func (g *Guild) Running() *Import { return g.running }

// Committed returns the last import that completed, or nil. It belongs to the Guild.
func (g *Guild) Committed() *Import { return g.committed }

// NextImport returns the number for the next import to start.
func (g *Guild) NextImport() uint32 { return g.imports + 1 }

// LastImport returns the running import, or else the one that ended last, or nil. It belongs to the
// Guild.
func (g *Guild) LastImport() *Import {
	switch {
	case g.running != nil:
		return g.running
	case g.ended != nil: // it is newer: a completed import leaves none
		return g.ended
	}
	return g.committed
}

// Clone returns a copy that shares nothing with the import.
func (i *Import) Clone() Import {
	c := *i
	c.Channels = make(map[snowflake.ID]*ImportChannel, len(i.Channels))
	for id, ch := range i.Channels {
		c.Channels[id] = new(*ch)
	}
	return c
}
