package gate

import (
	"context"

	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// job is one thing given to the writer: messages, deletes, a decision, or a count to swap in.
type job struct {
	channel  snowflake.ID
	origin   eventlog.Origin
	imp      uint32
	asked    Asked // 0: whenever
	messages []eventlog.Message
	deleted  []snowflake.ID
	decide   func(*projections.Guild) ([]eventlog.Body, error)
	swap     func() (*projections.Guild, error)
	erase    *erasure
	taken    *Taken // what an archive's messages came to

	outcome chan error // has room for one; nil where nobody waits
}

func (g *Gate) enqueue(ctx context.Context, j *job) error {
	g.giving.RLock()
	defer g.giving.RUnlock()
	select {
	case <-g.stop:
		return ErrClosed
	default:
	}
	select {
	case g.jobs.room <- struct{}{}:
		g.jobs.put(j)
		return nil
	case <-g.stop:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

// submit enqueues a job and waits for its outcome. If ctx ends first the job may still be done: giving
// it again changes nothing.
func (g *Gate) submit(ctx context.Context, j *job) error {
	j.outcome = make(chan error, 1)
	if err := g.enqueue(ctx, j); err != nil {
		return err
	}
	select {
	case err := <-j.outcome:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-g.done:
		select {
		case err := <-j.outcome:
			return err
		default:
			return ErrClosed
		}
	}
}

func (j *job) finish(err error) {
	if j.outcome != nil {
		j.outcome <- err
	}
}
