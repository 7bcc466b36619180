package discordtest

import "time"

// resume outcomes.
type resumed int

const (
	resumeDone resumed = iota
	resumeGone         // op 9 d:false: dead, expired, or the events are no longer kept
	resumeSeq          // close 4007: a number that the session never reached
)

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
