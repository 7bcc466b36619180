package discordtest

// How much of a thing is too much.
const (
	maxInvalidRow   = 50 // 401, 403 and 429 answers without another in between
	maxUnauthorized = 5  // requests with a token that was refused
	maxForbidden    = 6  // 403s for one path without a success in between: readers learn of it one by one
)

// watch notices clients that go on where they should stop. Its limiter's lock guards it.
type watch struct {
	viol         *violations
	row          int
	unauthorized int
	forbidden    map[string]int
}

func newWatch(v *violations) watch { return watch{viol: v, forbidden: map[string]int{}} }

// see looks at an answered request.
func (w *watch) see(c *call) {
	path := c.r.Method + " " + c.r.URL.Path
	switch c.status {
	case 401:
		if w.unauthorized++; w.unauthorized == maxUnauthorized {
			w.viol.add("rest: goes on after %d answers 401: %s", maxUnauthorized, path)
		}
	case 403:
		if w.forbidden[path]++; w.forbidden[path] == maxForbidden+1 {
			w.viol.add("rest: asks for what is forbidden again and again: %s", path)
		}
	case 429:
	default:
		w.row = 0
		if c.status < 300 {
			delete(w.forbidden, path)
		}
		return
	}
	if w.row++; w.row == maxInvalidRow+1 {
		w.viol.add("rest: more than %d invalid requests in a row, the last %s", maxInvalidRow, path)
	}
}
