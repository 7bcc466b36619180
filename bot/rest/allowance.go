package rest

import (
	"net/http"
	"sync"
	"time"
)

// allowance is what the last answer said of how many requests its bucket has left. One that no answer comes
// of, because it was cut off or its caller gave up, may have been counted all the same: it is taken off too.
type allowance struct {
	mu   sync.Mutex
	left int
	ends time.Time // when there are as many as ever; zero: nothing was said
}

// answered takes what an answer says.
func (a *allowance) answered(h http.Header) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.left, a.ends = number(h, "X-RateLimit-Remaining"), time.Time{}
	if d := untilReset(h); d > 0 && a.left >= 0 {
		a.ends = time.Now().Add(d)
	}
}

// unanswered takes off a request without an answer, and returns how long the bucket rests if none is left.
func (a *allowance) unanswered() time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.left--; a.left > 0 {
		return 0
	}
	return max(time.Until(a.ends), 0)
}
