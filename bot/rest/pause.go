package rest

import (
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
