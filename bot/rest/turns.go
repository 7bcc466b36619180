package rest

import (
	"container/heap"
	"context"
	"fmt"
	"sync"
	"time"
)

// turns spreads requests evenly over time, whoever weighs most first. The time between two turns is every;
// 0 is none. It allows no burst, which would double the first second.
type turns struct {
	every time.Duration

	mu      sync.Mutex
	next    time.Time // when the next turn may be taken
	waiting line
	alarm   *time.Timer // calls the next one
	count   uint64
}

// take waits for a turn.
func (t *turns) take(ctx context.Context, weight float64) error {
	if t.every == 0 {
		return ctx.Err()
	}
	w, err := t.queue(ctx, weight)
	if w == nil {
		return err
	}
	select {
	case <-w.called:
		return nil
	case <-ctx.Done():
		t.leave(w)
		return ctx.Err()
	}
}

// queue takes a turn at once, if there is one, or joins the line.
func (t *turns) queue(ctx context.Context, weight float64) (*waiter, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	if len(t.waiting) == 0 && !now.Before(t.next) {
		t.next = now.Add(t.every)
		return nil, nil
	}
	if end, ok := ctx.Deadline(); ok && end.Before(t.next) {
		return nil, fmt.Errorf("the next turn comes later than the request may take: %w", context.DeadlineExceeded)
	}
	t.count++
	w := &waiter{weight: weight, number: t.count, called: make(chan struct{})}
	heap.Push(&t.waiting, w)
	t.arm(now)
	return w, nil
}

func (t *turns) arm(now time.Time) {
	switch d := t.next.Sub(now); {
	case len(t.waiting) == 0:
	case t.alarm == nil:
		t.alarm = time.AfterFunc(d, t.call)
	default:
		t.alarm.Reset(d)
	}
}

// call gives the turn that is due to who weighs most.
func (t *turns) call() {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	if len(t.waiting) > 0 && !now.Before(t.next) {
		w := heap.Pop(&t.waiting).(*waiter)
		close(w.called)
		t.next = t.next.Add(t.every)
		if t.next.Before(now) { // the timer was later than a turn: what is lost is lost
			t.next = now
		}
	}
	t.arm(now)
}

// giveBack returns a turn that was not used after all.
func (t *turns) giveBack() {
	if t.every == 0 {
		return
	}
	t.mu.Lock()
	t.next = t.next.Add(-t.every)
	t.mu.Unlock()
	t.call()
}

// leave takes who gives up out of the line.
func (t *turns) leave(w *waiter) {
	t.mu.Lock()
	called := w.place < 0
	if !called {
		heap.Remove(&t.waiting, w.place)
	}
	t.mu.Unlock()
	if called {
		t.giveBack()
	}
}

// newTurns keeps 2 % below the rate: with 50 requests a second, 20 ms by which the network may delay one of
// them more than another before Discord sees 51.
func newTurns(perSecond float64) *turns {
	if perSecond >= Unlimited {
		return &turns{}
	}
	return &turns{every: time.Duration(float64(time.Second) / (perSecond * 0.98))}
}
