package discordtest

import (
	"fmt"
	"hash/fnv"
	"io"
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// inFlight is how long after a refusal a request that was already on its way is excused.
const inFlight = 100 * time.Millisecond

// limiter counts requests: per bucket (method, route, major parameter) and over all.
type limiter struct {
	s *Server

	mu       sync.Mutex
	buckets  map[string]*bucket
	global   bucket
	watch    watch
	barred   time.Time // end of the Cloudflare ban
	invalids []time.Time
}

// bucket is a window of requests.
type bucket struct {
	reset time.Time
	used  int
	told  time.Time // when an answer said that nothing remains; zero: not yet
}

func newLimiter(s *Server) *limiter {
	return &limiter{s: s, buckets: map[string]*bucket{}, watch: newWatch(&s.viol)}
}

// take counts a request into the window; ok is false if it is full.
func (b *bucket) take(now time.Time, size int, window time.Duration) (ok bool) {
	if !now.Before(b.reset) {
		*b = bucket{reset: now.Add(window)}
	}
	if b.used >= size {
		return false
	}
	b.used++
	return true
}

// key names a call's bucket.
func (c *call) key() string {
	major := c.r.PathValue("c") + c.r.PathValue("g") + c.r.PathValue("app")
	return c.route.method + c.route.pattern + major + c.r.PathValue("token")
}

// admit lets a request through with its headers set, or answers it with 429.
func (l *limiter) admit(c *call) *apiError {
	now := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	if now.Before(l.barred) {
		c.status = http.StatusTooManyRequests
		c.w.Header().Set("Content-Type", "text/html")
		c.w.WriteHeader(c.status)
		_, _ = io.WriteString(c.w, "error code: 1015")
		return &apiError{status: c.status}
	}
	o := &l.s.opts.Limits
	if o.Mode == LimitsOff || c.route.exempt {
		return nil
	}
	if o.Global > 0 && !l.global.take(now, o.Global, time.Second) {
		return l.refuse(c, &l.global, now, true)
	}
	b := l.buckets[c.key()]
	if b == nil {
		b = &bucket{}
		l.buckets[c.key()] = b
	}
	if !b.take(now, o.Requests, o.Window) {
		return l.refuse(c, b, now, false)
	}
	l.headers(c, b, now, false)
	return nil
}

// refuse answers with 429. It is a violation if the client had been told before.
func (l *limiter) refuse(c *call, b *bucket, now time.Time, global bool) *apiError {
	if l.s.opts.Limits.Mode == LimitsHonest || global {
		if grace := inFlight; !b.told.IsZero() && (!global || now.Sub(b.told) > grace) {
			l.s.viol.add("rest: %s %s although told to wait %v", c.r.Method, c.r.URL.Path, b.reset.Sub(b.told).Round(time.Millisecond))
		}
	}
	wait := math.Ceil(b.reset.Sub(now).Seconds()*1000) / 1000
	h := c.w.Header()
	h.Set("Retry-After", strconv.Itoa(int(math.Ceil(wait))))
	h.Set("Content-Type", "application/json")
	if global {
		h.Set("X-RateLimit-Global", "true")
		h.Set("X-RateLimit-Scope", "global")
	} else {
		h.Set("X-RateLimit-Scope", "user")
		l.headers(c, b, now, true)
	}
	if !c.held {
		b.told = now
	}
	c.status = http.StatusTooManyRequests
	c.w.WriteHeader(c.status)
	_, _ = fmt.Fprintf(c.w, `{"message": "You are being rate limited.", "retry_after": %.3f, "global": %t}`, wait, global)
	return &apiError{status: c.status}
}

// headers sets what is known, or claimed, of a bucket.
func (l *limiter) headers(c *call, b *bucket, now time.Time, hit bool) {
	limit := l.s.opts.Limits.Requests
	remaining := limit - b.used
	if l.s.opts.Limits.Mode == LimitsLying && !hit {
		limit, remaining = 1000, 999
	}
	rest := math.Ceil(b.reset.Sub(now).Seconds()*1000) / 1000
	reset := float64(l.s.Now().UnixMilli())/1000 + rest
	hash := fnv.New64a()
	_, _ = io.WriteString(hash, c.route.method+c.route.pattern)
	h := c.w.Header()
	h.Set("X-RateLimit-Limit", strconv.Itoa(limit))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(remaining))
	h.Set("X-RateLimit-Reset", strconv.FormatFloat(reset, 'f', 3, 64))
	h.Set("X-RateLimit-Reset-After", strconv.FormatFloat(rest, 'f', 3, 64))
	h.Set("X-RateLimit-Bucket", fmt.Sprintf("%016x", hash.Sum64()))
}

// finished looks at an answer that was sent: was it one that said wait, one of too many refusals?
func (l *limiter) finished(c *call) {
	now := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	if b := l.buckets[c.key()]; b != nil && now.Before(b.reset) && b.told.IsZero() &&
		c.w.Header().Get("X-RateLimit-Remaining") == "0" {
		b.told = now
	}
	l.watch.see(c)
	switch c.status {
	case 401, 403, 429:
	default:
		return
	}
	l.invalids = append(l.invalids, now)
	for now.Sub(l.invalids[0]) > 10*time.Minute {
		l.invalids = l.invalids[1:]
	}
	if len(l.invalids) > l.s.opts.InvalidLimit && !now.Before(l.barred) {
		l.s.viol.add("rest: more than %d invalid requests in 10 min: banned", l.s.opts.InvalidLimit)
		l.barred = now.Add(10 * time.Minute)
	}
}
