package rest

import (
	"context"
	"sync"
	"time"
)

// pause is an instant before which nothing may be sent. It only ever moves forward.
type pause struct {
	mu    sync.Mutex
	until time.Time
}

// extend moves the end of the pause to d from now, unless it is later already.
func (p *pause) extend(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if until := time.Now().Add(d); until.After(p.until) {
		p.until = until
	}
}

// left returns how long the pause still lasts; 0 or less when it is over.
func (p *pause) left() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Until(p.until)
}

// pace is how fast the requests of one bucket may follow each other: at most burst at a time, and each
// place in the burst rests after the answer to its request. So no span of the length rest, measured
// where Discord stands, sees more than burst requests, whatever the network's delays are.
//
// An adaptive pace would change rest from the answers it sees in bucket.leave.
type pace struct {
	burst int // 0 for no bound
	rest  time.Duration
}

// bucket is what shares one of Discord's limits.
type bucket struct {
	pause
	pace
	places chan time.Time // free places with the instant from which each may be used; nil for no bound
	users  int            // requests that hold the bucket; guarded by buckets.mu
	last   time.Time      // when the last of them left; guarded by buckets.mu
}

func newBucket(p pace) *bucket {
	b := &bucket{pace: p}
	if p.burst > 0 {
		b.places = make(chan time.Time, p.burst)
		for range p.burst {
			b.places <- time.Time{}
		}
	}
	return b
}

// enter waits for a place. The caller gives it back by leave when the answer is there, or by
// leaveUnused with the same value when nothing was sent.
func (b *bucket) enter(ctx context.Context) (free time.Time, err error) {
	if b.places == nil {
		return free, ctx.Err()
	}
	select {
	case free = <-b.places:
	case <-ctx.Done():
		return free, ctx.Err()
	}
	if err := sleep(ctx, time.Until(free)); err != nil {
		b.leaveUnused(free)
		return free, err
	}
	return free, nil
}

func (b *bucket) leave() { b.leaveUnused(time.Now().Add(b.rest)) }

func (b *bucket) leaveUnused(free time.Time) {
	if b.places != nil {
		b.places <- free
	}
}

// buckets holds the buckets in use. Idle ones are dropped now and then, since each interaction has its own.
type buckets struct {
	mu    sync.Mutex
	byKey map[string]*bucket
	sweep int // size at which idle buckets are looked for
}

const leastSweep = 256

// use returns the bucket of key, made with pace p if it is new. The caller gives it back by done.
func (bs *buckets) use(key string, p pace) *bucket {
	bs.mu.Lock()
	defer bs.mu.Unlock()
	b := bs.byKey[key]
	if b == nil {
		if len(bs.byKey) >= max(bs.sweep, leastSweep) {
			bs.dropIdle()
			bs.sweep = 2 * len(bs.byKey)
		}
		b = newBucket(p)
		if bs.byKey == nil {
			bs.byKey = make(map[string]*bucket)
		}
		bs.byKey[key] = b
	}
	b.users++
	return b
}

func (bs *buckets) done(b *bucket) {
	bs.mu.Lock()
	defer bs.mu.Unlock()
	b.users--
	b.last = time.Now()
}

// dropIdle forgets the buckets that a new one would equal. The caller holds mu.
func (bs *buckets) dropIdle() {
	for key, b := range bs.byKey {
		if b.users == 0 && b.left() <= 0 && time.Since(b.last) >= b.rest {
			delete(bs.byKey, key)
		}
	}
}
