package rest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// bucket is what shares one of Discord's limits. Its requests go one after another, so that the limits which
// Discord answers with are never outdated.
type bucket struct {
	pause     pause
	allowance allowance
	pace      *pace // of a channel's history; nil for other routes
	free      bool  // any number at a time

	mu       sync.Mutex
	busy     bool
	left     chan struct{} // closed when a request leaves
	answered []time.Time   // when the last requests were answered, if there is a pace

	limit, remaining int       // what the last answer said; guarded by the pace, like opened
	opened           time.Time // when the window began whose limit a scout uses up

	users int // requests that hold the bucket; guarded by buckets.mu
}

// keptAnswers is how many instants a bucket keeps: more than any pace allows in its span.
const keptAnswers = 256

// await waits until a request could be sent as far as the bucket goes. pages is how many its reading still takes.
func (b *bucket) await(ctx context.Context, pages float64) error {
	for {
		d, left, news := b.look(pages)
		if d <= 0 && left == nil {
			return ctx.Err()
		}
		if end, ok := ctx.Deadline(); ok && time.Until(end) < d {
			return fmt.Errorf("a wait of %s is longer than the request may take: %w", d.Round(time.Millisecond), context.DeadlineExceeded)
		}
		if err := b.sleep(ctx, d, left, news); err != nil {
			return err
		}
	}
}

func (b *bucket) sleep(ctx context.Context, d time.Duration, left, news <-chan struct{}) error {
	var over <-chan time.Time
	if left == nil {
		timer := time.NewTimer(d)
		defer timer.Stop()
		over = timer.C
	}
	select {
	case <-over:
	case <-left:
	case <-news:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

// look returns how long the pace has a request wait, or what closes when the one that is on its way has left.
func (b *bucket) look(pages float64) (d time.Duration, left, news <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.lookHeld(pages)
}

func (b *bucket) lookHeld(pages float64) (d time.Duration, left, news <-chan struct{}) {
	switch {
	case b.free:
	case b.busy:
		left = b.left
	case b.pace != nil:
		d, news = b.pace.wait(b, pages)
	}
	return d, left, news
}

// enter takes the bucket for one request, unless another was faster. The caller gives it back by leave.
func (b *bucket) enter(pages float64) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if d, left, _ := b.lookHeld(pages); d > 0 || left != nil {
		return false
	}
	if !b.free {
		b.busy, b.left = true, make(chan struct{})
	}
	return true
}

// leave gives the bucket back.
func (b *bucket) leave() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.free {
		b.busy = false
		close(b.left)
	}
}

// scouts reports whether the bucket is ahead of its pace to find out what is allowed.
func (b *bucket) scouts() bool { return b.pace != nil && b.pace.scouts(b) }

// unanswered notes a request that no answer came of.
func (b *bucket) unanswered() {
	b.pause.extend(b.allowance.unanswered())
	b.learn(answer{})
}

// learn notes an answer, or that none came.
func (b *bucket) learn(a answer) {
	if b.pace == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if !a.refused { // else Discord has not counted it
		b.note(time.Now())
	}
	b.pace.learn(b, a)
}

func (b *bucket) note(at time.Time) {
	if len(b.answered) == 2*keptAnswers {
		b.answered = append(b.answered[:0], b.answered[keptAnswers:]...)
	}
	b.answered = append(b.answered, at)
}

// since returns how many requests were answered after a time.
func (b *bucket) since(at time.Time) int {
	i, _ := slices.BinarySearchFunc(b.answered, at, time.Time.Compare)
	for i < len(b.answered) && !b.answered[i].After(at) {
		i++
	}
	return len(b.answered) - i
}

// idle reports whether a new bucket would equal this one, which nobody holds.
func (b *bucket) idle() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.pause.left() <= 0 && (len(b.answered) == 0 || time.Since(b.answered[len(b.answered)-1]) >= b.pace.longest())
}
