package importer

import (
	"context"
	"errors"
	"sync"
	"time"

	"tally/bot/gate"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// Errors of starting and cancelling.
var (
	ErrRunning    = errors.New("an import is running")
	ErrCompleted  = errors.New("an import has completed")
	ErrNotRunning = errors.New("no import is running")
)

// Request asks for an import.
type Request struct {
	At     snowflake.ID // an id of the moment of asking, in Discord's clock: the cutoff comes from it
	By     snowflake.ID // who asks
	In     snowflake.ID // the channel to report to
	Forced bool         // also if one is running or has completed
}

// Job owns a guild's import: it starts it, carries it on over errors and restarts, and cancels it. At
// most one runs at a time. Its methods may be called from many goroutines.
type Job struct {
	im *Importer

	starting turn // one Start, Cancel, Resume or Close at a time
	closed   bool

	mu     sync.Mutex
	stop   context.CancelFunc // nil: nothing is being carried on
	ended  chan struct{}
	meter  meter
	report Report
}

// NewJob returns a job for an importer. report, if not nil, is called every so often while an import is
// carried on, and once at its end.
func NewJob(im *Importer, report Report) *Job {
	j := &Job{im: im, report: report, starting: make(turn, 1)}
	im.Listed = j.listed
	return j
}

// Start begins an import and returns it. Without Forced it fails with ErrRunning or ErrCompleted where
// that is so. Its start is durable when Start returns; nothing has been asked of Discord before.
func (j *Job) Start(ctx context.Context, r Request) (projections.Import, error) {
	if err := j.starting.take(ctx); err != nil {
		return projections.Import{}, err
	}
	defer j.starting.give()
	if j.closed {
		return projections.Import{}, gate.ErrClosed
	}
	if !r.Forced {
		if err := j.refuse(); err != nil {
			return projections.Import{}, err
		}
	}
	j.halt()
	var started eventlog.ImportStarted
	err := j.im.Gate.Write(ctx, func(g *projections.Guild) ([]eventlog.Body, error) {
		started = eventlog.ImportStarted{Import: g.NextImport(), Cutoff: cutoffAt(r.At, g), By: r.By, In: r.In, Forced: r.Forced}
		var bodies []eventlog.Body
		if running := g.Running(); running != nil {
			bodies = append(bodies, eventlog.ImportFinished{Import: running.Number, Outcome: eventlog.Superseded, At: r.At.Time()})
		}
		return append(bodies, started), nil
	})
	if err != nil {
		j.goOn()
		j.goOnLater(ctx)
		return projections.Import{}, err
	}
	j.carryOn()
	return projections.Import{Number: started.Import, Cutoff: started.Cutoff, By: r.By, In: r.In, Forced: r.Forced}, nil
}

func (j *Job) refuse() (err error) {
	j.im.Gate.View(func(g *projections.Guild) {
		switch {
		case g.Running() != nil:
			err = ErrRunning
		case g.Committed() != nil:
			err = ErrCompleted
		}
	})
	return err
}

// Resume carries the running import on, if there is one and nobody does.
func (j *Job) Resume() {
	_ = j.starting.take(context.Background()) // which never ends
	defer j.starting.give()
	j.goOn()
}

// ReadNew begins to read the channels that the bot was let into since the completed import, if there are
// any and nothing else is being read.
func (j *Job) ReadNew(ctx context.Context) error {
	if err := j.starting.take(ctx); err != nil {
		return err
	}
	defer j.starting.give()
	return j.readNew(ctx)
}

// readNew is ReadNew while j.starting is held.
func (j *Job) readNew(ctx context.Context) error {
	if j.closed || j.busy() {
		return nil
	}
	begun, err := j.im.beginPartial(ctx)
	if begun {
		j.carryOn()
	}
	if err != nil {
		j.goOnLater(ctx)
	}
	return err
}

func (j *Job) busy() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.stop != nil
}

// Cancel ends the running import; nothing that is shown changes. at is the time in Discord's clock. What the bot was
// let into meanwhile is read then, unless that is what was cancelled.
func (j *Job) Cancel(ctx context.Context, at time.Time) error {
	if err := j.starting.take(ctx); err != nil {
		return err
	}
	defer j.starting.give()
	j.halt()
	partial := false
	err := j.im.Gate.Write(ctx, func(g *projections.Guild) ([]eventlog.Body, error) {
		running := g.Running()
		if running == nil {
			return nil, ErrNotRunning
		}
		partial = running.Partial
		return []eventlog.Body{eventlog.ImportFinished{Import: running.Number, Outcome: eventlog.Cancelled, At: at}}, nil
	})
	if err != nil {
		j.goOn()
		return err
	}
	if p, ok := j.Progress(); ok {
		j.reportEnd(context.WithoutCancel(ctx), p)
	}
	if !partial {
		return j.readNew(ctx)
	}
	return nil
}

// Close stops carrying on, for good. The import stays as it is, for the next run of the bot.
func (j *Job) Close() {
	_ = j.starting.take(context.Background()) // which never ends
	defer j.starting.give()
	j.closed = true
	j.halt()
}
