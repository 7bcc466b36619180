package rest

import "sync"

// buckets holds the buckets in use. Idle ones are dropped now and then, since each interaction has its own.
type buckets struct {
	mu    sync.Mutex
	byKey map[string]*bucket
	sweep int // size at which idle buckets are looked for
}

const leastSweep = 256

// use returns the bucket of key, made if it is new. The caller gives it back by done.
func (bs *buckets) use(key string, fresh func() *bucket) *bucket {
	bs.mu.Lock()
	defer bs.mu.Unlock()
	b := bs.byKey[key]
	if b == nil {
		if len(bs.byKey) >= max(bs.sweep, leastSweep) {
			bs.dropIdle()
			bs.sweep = 2 * len(bs.byKey)
		}
		b = fresh()
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
}

// dropIdle forgets the buckets that a new one would equal. The caller holds mu.
func (bs *buckets) dropIdle() {
	for key, b := range bs.byKey {
		if b.users == 0 && b.idle() {
			delete(bs.byKey, key)
		}
	}
}
