package rest

import (
	"net/http"
	"sync"
	"time"
)

// clock follows Discord's clock by the Date header of its answers.
type clock struct {
	mu   sync.Mutex
	date time.Time // the newest Date
	seen time.Time // when it first came
}

func (c *clock) observe(h http.Header) {
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if date.After(c.date) { // the first answer of a second is the nearest to its beginning
		c.date, c.seen = date, time.Now()
	}
}

func (c *clock) now() (time.Time, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.date.IsZero() {
		return time.Time{}, false
	}
	return c.date.Add(time.Since(c.seen)).UTC(), true
}

// Now returns the time on Discord's clock: the newest Date header that it has answered with, and
// what has passed since. A Date has whole seconds, so Now is up to a second behind the truth (and the
// way of the answer), and may step back by as much; it is never ahead. False before the first answer.
func (t *Transport) Now() (time.Time, bool) { return t.clock.now() }
