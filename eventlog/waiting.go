package eventlog

import (
	"slices"
	"sync"
)

// waiting are requests that nobody has begun to write.
type waiting struct {
	mu       sync.Mutex
	requests []*request
	written  bool // one of them writes, or is to
}

// add reports whether nobody writes, so that r is to.
func (w *waiting) add(r *request) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.requests = append(w.requests, r)
	alone := !w.written
	w.written = true
	return alone
}

// next returns who is to write now, the first that waits; nil if none does.
func (w *waiting) next() *request {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.written = len(w.requests) > 0; !w.written {
		return nil
	}
	return w.requests[0]
}

func (w *waiting) len() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.requests)
}

// take returns the first of them, up to the bounds of one commit.
func (w *waiting) take() []*request {
	w.mu.Lock()
	defer w.mu.Unlock()
	n, size := 0, 0
	for ; n < min(len(w.requests), maxCommitCalls) && size < maxCommit; n++ {
		for _, rec := range w.requests[n].records {
			size += len(rec.value)
		}
	}
	batch := w.requests[:n:n]
	w.requests = slices.Clone(w.requests[n:])
	return batch
}
