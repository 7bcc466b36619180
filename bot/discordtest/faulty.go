package discordtest

import (
	"maps"
	"net/http"
	"strconv"
	"time"
)

// faulty replaces the answer; false: only a delay was asked for.
func (c *call) faulty(f *Fault) bool {
	c.pause(f.Delay)
	if f.Status == 0 && !f.Cut {
		return false
	}
	if f.After {
		real := c.w
		c.w = discard{http.Header{}}
		if err := c.checked(); err != nil {
			c.fail(err)
		}
		c.w = real
	}
	if c.status = f.Status; f.Cut {
		c.status = 0
		c.s.stats.record(c)
		panic(http.ErrAbortHandler) // net/http cuts the connection, quietly
	}
	maps.Copy(c.w.Header(), f.Header)
	c.dribble(f, f.Status, []byte(f.Body))
	return true
}

// hold keeps the true answer back, if it is to come slowly or by half, until what it returns is called.
func (c *call) hold(f *Fault) (send func()) {
	if f == nil || f.Slow <= 0 && !f.Half {
		return func() {}
	}
	c.held = true
	real := c.w
	kept := &keeper{discard: discard{real.Header()}, status: http.StatusOK}
	c.w = kept
	return func() {
		c.w = real
		c.dribble(f, kept.status, kept.body)
	}
}

// dribble sends an answer in pieces, or the first half of it.
func (c *call) dribble(f *Fault, status int, body []byte) {
	c.w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	c.w.WriteHeader(status)
	pieces := 1
	if f.Slow > 0 || f.Half {
		pieces = 4
	}
	for i := range pieces {
		if f.Half && i == pieces/2 {
			panic(http.ErrAbortHandler)
		}
		_, _ = c.w.Write(body[len(body)*i/pieces : len(body)*(i+1)/pieces])
		if pieces > 1 {
			_ = http.NewResponseController(c.w).Flush()
			c.pause(f.Slow / time.Duration(pieces))
		}
	}
}

// pause waits, unless the client goes away or the server is closed.
func (c *call) pause(d time.Duration) {
	if d <= 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-c.s.ctx.Done():
	case <-c.r.Context().Done():
	}
}

// discard is a response that nobody gets.
type discard struct{ h http.Header }

func (d discard) Header() http.Header         { return d.h }
func (d discard) Write(b []byte) (int, error) { return len(b), nil }
func (d discard) WriteHeader(int)             {}

// keeper is a response that is sent later.
type keeper struct {
	discard
	status int
	body   []byte
}

func (k *keeper) WriteHeader(status int) { k.status = status }

func (k *keeper) Write(b []byte) (int, error) {
	k.body = append(k.body, b...)
	return len(b), nil
}
