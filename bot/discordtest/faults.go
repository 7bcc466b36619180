package discordtest

import (
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Fault replaces the answer to a REST request.
type Fault struct {
	Delay  time.Duration // before anything else; Close ends it
	Cut    bool          // the connection is cut without an answer
	After  bool          // the request is carried out first, only its answer is replaced
	Status int           // 0: the true answer, after Delay
	Header http.Header
	Body   string
	Slow   time.Duration // how long the body takes: it comes in pieces
	Half   bool          // the connection is cut in the middle of the body
}

// Cloudflare is the answer of what stands before Discord to an address that asks too much: 429, not in
// JSON. retry is rounded up to seconds; 0: it doesn't say.
func Cloudflare(retry time.Duration) *Fault {
	f := &Fault{
		Status: http.StatusTooManyRequests, Header: http.Header{"Content-Type": {"text/html; charset=UTF-8"}},
		Body: "<!DOCTYPE html><title>Access denied | discord.com used Cloudflare to restrict access</title>error code: 1015",
	}
	if retry > 0 {
		f.Header.Set("Retry-After", strconv.Itoa(int(math.Ceil(retry.Seconds()))))
	}
	return f
}

// rules is what tests put into the server's way.
type rules struct {
	mu        sync.Mutex
	onHistory func(HistoryRequest)
	intercept func(*http.Request) *Fault
	dispatch  func(event string, d []byte) int
	noAcks    bool
	noHello   bool
	late      time.Duration
}

// OnHistory sets a function that is called before a history page is read (nil: none). It may use
// the server: what it sends or deletes is or is not in the page.
func (s *Server) OnHistory(f func(HistoryRequest)) {
	s.rules.set(func(r *rules) { r.onHistory = f })
}

// OnRequest sets a function that may replace the answer to a REST request (nil, or a nil Fault: it
// goes its way). It is called before limits and permissions are looked at.
func (s *Server) OnRequest(f func(*http.Request) *Fault) {
	s.rules.set(func(r *rules) { r.intercept = f })
}

// OnDispatch sets a function that says how often an event goes to each session: 0 drops it, 2
// doubles it. It must not use the server.
func (s *Server) OnDispatch(f func(event string, d []byte) int) {
	s.rules.set(func(r *rules) { r.dispatch = f })
}

// MuteHeartbeats makes the gateway acknowledge no heartbeats while on.
func (s *Server) MuteHeartbeats(on bool) { s.rules.set(func(r *rules) { r.noAcks = on }) }

// MuteHello makes the gateway say nothing to new connections while on.
func (s *Server) MuteHello(on bool) { s.rules.set(func(r *rules) { r.noHello = on }) }

// LateGuilds has sessions that begin from now on hear of their guilds only after d: Discord tells of each when it
// comes to it. Messages come before that.
func (s *Server) LateGuilds(d time.Duration) { s.rules.set(func(r *rules) { r.late = d }) }

func (r *rules) set(f func(*rules)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f(r)
}

func (r *rules) mute() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.noAcks
}

func (r *rules) silent() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.noHello
}

func (r *rules) lateness() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.late
}

func (r *rules) copies(t string, d []byte) int {
	r.mu.Lock()
	f := r.dispatch
	r.mu.Unlock()
	if f == nil {
		return 1
	}
	return f(t, d)
}

func (r *rules) history(h HistoryRequest) {
	r.mu.Lock()
	f := r.onHistory
	r.mu.Unlock()
	if f != nil {
		f(h)
	}
}

func (r *rules) fault(req *http.Request) *Fault {
	r.mu.Lock()
	f := r.intercept
	r.mu.Unlock()
	if f == nil {
		return nil
	}
	return f(req)
}
