package catchup

import (
	"context"
	"errors"
	"time"

	"github.com/cenkalti/backoff/v5"

	"tally/bot/gate"
)

// Job carries a guild's catch-up on, over errors, until no gap is open.
type Job struct {
	*Catchup

	wake chan struct{} // has room for one
	stop context.CancelFunc
	done chan struct{}
}

// NewJob returns a job, which works whenever Wake was called.
func NewJob(c *Catchup) *Job {
	ctx, stop := context.WithCancel(context.Background())
	j := &Job{Catchup: c, wake: make(chan struct{}, 1), stop: stop, done: make(chan struct{})}
	go j.run(ctx)
	return j
}

// Wake says that a gap may be open.
func (j *Job) Wake() {
	select {
	case j.wake <- struct{}{}:
	default:
	}
}

// Close stops the job. Open gaps stay open, for the next run of the bot.
func (j *Job) Close() {
	j.stop()
	<-j.done
}

func (j *Job) run(ctx context.Context) {
	defer close(j.done)
	pause := backoff.NewExponentialBackOff()
	var retry <-chan time.Time
	for {
		select {
		case <-j.wake:
		case <-retry:
		case <-ctx.Done():
			return
		}
		retry = nil
		err := j.Run(ctx)
		if err == nil {
			pause.Reset()
			continue
		}
		if ctx.Err() != nil || errors.Is(err, gate.ErrClosed) {
			return
		}
		next := pause.NextBackOff()
		j.Log.Warn("catching up can't go on for now", "error", err, "retry_in", next.Round(time.Millisecond))
		retry = time.After(next)
	}
}
