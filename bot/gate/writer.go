package gate

import (
	"time"

	"github.com/oklog/ulid/v2"

	"tally/eventlog"
	"tally/projections"
)

const (
	maxRun      = 512                    // jobs written together at the most
	retryAppend = 500 * time.Millisecond // pause before live messages are tried again on a failing disk
)

// write is the guild's one writer. It ends when the gate is closed and the queue is empty for good.
func (g *Gate) write() {
	defer close(g.done)
	for {
		select {
		case <-g.jobs.waiting:
			g.handle(g.jobs.take())
		case <-g.last:
			for {
				select {
				case <-g.jobs.waiting:
					g.handle(g.jobs.take())
				default:
					g.snapshotAtEnd()
					return
				}
			}
		}
	}
}

// handle does a job, together with what waits right behind it and may share its run.
func (g *Gate) handle(first *job) {
	r := newRun(g)
	for j := first; j != nil; j = g.waiting() {
		if r.add(j) {
			continue
		}
		r.finish()
		r = newRun(g)
		r.add(j)
	}
	r.finish()
}

func (g *Gate) waiting() *job {
	select {
	case <-g.jobs.waiting:
		return g.jobs.take()
	default:
		return nil
	}
}

// commit appends records and folds them in. Only what is durable is counted.
func (g *Gate) commit(records [][]eventlog.Body) error {
	if len(records) == 0 {
		return nil
	}
	g.placeThreads(records)
	last, err := g.log.Append(g.state.ID, records...)
	if err != nil {
		return err
	}
	g.fold(records, last)
	g.snapshotBeside()
	g.recountBeside()
	return nil
}

func (g *Gate) fold(records [][]eventlog.Body, last ulid.ULID) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, bodies := range records {
		for _, body := range bodies {
			g.state.Apply(body)
			g.dirty += body.Len()
		}
	}
	g.state.Reach(last)
	g.changed = true
}

func (g *Gate) swap(replay func() (*projections.Guild, error)) error {
	next, err := replay()
	if err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.state = next
	g.changed = true
	g.snapshotAfresh()
	return nil
}
