// Package worker runs work in the background: whenever it is woken, over errors, until it is closed.
package worker

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// ErrLater says that something else goes first. It is no error to tell anybody of.
var ErrLater = errors.New("something else goes first")

const (
	later = 30 * time.Second // how long work waits after ErrLater
	round = time.Hour        // how often it is done without being woken: something may have come to be done unnoticed
)

// Worker does one piece of work, by one goroutine.
type Worker struct {
	work func(context.Context) error
	name string
	rest time.Duration
	log  *slog.Logger
	wake chan struct{} // has room for one
	stop context.CancelFunc
	done chan struct{}
}

// Start returns a worker that calls work whenever Wake was called, a rest later, again after an error, and now and
// then.
// name says what it is that can't go on, for the log.
func Start(log *slog.Logger, name string, rest time.Duration, work func(context.Context) error) *Worker {
	ctx, stop := context.WithCancel(context.Background())
	w := &Worker{work: work, name: name, rest: rest, log: log, wake: make(chan struct{}, 1), stop: stop, done: make(chan struct{})}
	go w.run(ctx)
	return w
}

// Wake says that there may be something to do.
func (w *Worker) Wake() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// Close stops the work and waits for its end.
func (w *Worker) Close() {
	w.stop()
	<-w.done
}

func (w *Worker) run(ctx context.Context) {
	defer close(w.done)
	pauses := backoff.NewExponentialBackOff()
	rounds := time.NewTicker(round)
	defer rounds.Stop()
	var retry <-chan time.Time
	for {
		select {
		case <-w.wake:
			if w.rest > 0 {
				retry = time.After(w.rest)
				continue
			}
		case <-retry:
		case <-rounds.C:
		case <-ctx.Done():
			return
		}
		retry = nil
		err := w.work(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err == nil:
			pauses.Reset()
		case errors.Is(err, ErrLater):
			retry = time.After(later)
		default:
			pause := pauses.NextBackOff()
			w.log.Warn(w.name+" can't go on for now", "error", err, "retry_in", pause.Round(time.Millisecond))
			retry = time.After(pause)
		}
	}
}
