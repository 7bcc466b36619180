package discordtest

import "time"

// resume outcomes.
type resumed int

const (
	resumeDone resumed = iota
	resumeGone         // op 9 d:false: dead, expired, or the events are no longer kept
	resumeSeq          // close 4007: a number that the session never reached
)

// lastWords is how long a RESUME waits for the session's older connection to end by itself.
const lastWords = 100 * time.Millisecond

// settle waits for an older connection whose close frame may still be on its way: if that says
// 1000, there is nothing to resume.
func (x *session) settle(c *conn) {
	x.mu.Lock()
	old := x.conn
	x.mu.Unlock()
	if old == nil {
		return
	}
	t := time.NewTimer(lastWords)
	defer t.Stop()
	select {
	case <-old.done:
	case <-t.C:
	case <-c.ctx.Done():
	}
}

// resume takes a session up on a new connection: the events after seq go out again, in order and
// with their numbers, then RESUMED, then what comes. An older connection of the session is cut.
func (x *session) resume(c *conn, seq int64) resumed {
	x.mu.Lock()
	defer x.mu.Unlock()
	switch {
	case x.expired():
		return resumeGone
	case seq > x.seq:
		return resumeSeq
	case seq < x.seq-int64(x.limit):
		x.kill()
		return resumeGone
	}
	if old := x.conn; old != nil {
		old.end(0, "")
	}
	x.conn, x.next, x.left = c, seq+1, time.Time{}
	x.pushLocked("RESUMED", []byte(`{"_trace":[]}`))
	return resumeDone
}
