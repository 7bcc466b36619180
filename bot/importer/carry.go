package importer

import (
	"context"
	"errors"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// longestPause is the most time between two tries to go on after an error.
const longestPause = 2 * time.Minute

// goOn carries the running import on, if there is one and nobody does. j.starting is held.
func (j *Job) goOn() {
	if !j.busy() && !j.closed && errors.Is(j.refuse(), ErrRunning) {
		j.carryOn()
	}
}

// goOnLater carries on what a Write may begin yet that was given up because its ctx has ended: it waits at
// the gate still.
func (j *Job) goOnLater(ctx context.Context) {
	if ctx.Err() == nil {
		return
	}
	go func() { // ends with the gate
		if j.im.Gate.Flush(context.Background()) == nil {
			j.Resume()
		}
	}()
}

// halt stops what is being carried on, and waits for it: also for the last report of what has ended by itself.
func (j *Job) halt() {
	j.mu.Lock()
	stop, ended := j.stop, j.ended
	j.stop = nil
	j.mu.Unlock()
	if stop != nil {
		stop()
	}
	if ended != nil {
		<-ended
	}
}

func (j *Job) carryOn() {
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	j.mu.Lock()
	j.stop, j.ended = stop, ended
	j.meter = newMeter(j.im.Gate)
	j.mu.Unlock()
	go func() {
		defer close(ended)
		defer stop()
		j.run(ctx)
	}()
}

// run tries until the import is finished. What Discord or the disk refuses for now is tried again later.
func (j *Job) run(ctx context.Context) {
	last := make(chan Progress, 1)
	reported := j.reports(ctx, last)
	defer func() { <-reported }()
	pause := backoff.NewExponentialBackOff()
	pause.MaxInterval = longestPause
	for {
		begun, _ := j.Progress()
		err := j.im.Run(ctx)
		if err == nil {
			if p, _ := j.Progress(); p.Import.Number == begun.Import.Number { // a partial one becomes part of what it adds to
				last <- p
			}
			_, err = j.im.beginPartial(ctx) // channels may have opened meanwhile
		}
		if ctx.Err() != nil {
			return
		}
		if err == nil || errors.Is(err, ErrEnded) {
			if j.isOver(ctx) {
				return
			}
			continue
		}
		next := pause.NextBackOff()
		j.im.Log.Warn("the import can't go on for now", "error", err, "retry_in", next.Round(time.Millisecond))
		select {
		case <-time.After(next):
		case <-ctx.Done():
			return
		}
	}
}

// isOver ends the carrying on, unless another import runs by now: a partial one, or that of a Start which
// didn't wait for its Write.
func (j *Job) isOver(ctx context.Context) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	if ctx.Err() != nil {
		return true
	}
	if errors.Is(j.refuse(), ErrRunning) {
		j.meter = newMeter(j.im.Gate)
		return false
	}
	j.stop() // ends the reports
	j.stop = nil
	return true
}
