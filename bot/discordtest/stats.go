package discordtest

import (
	"maps"
	"slices"
	"sync"
	"time"

	"tally/eventlog/snowflake"
)

// HistoryRequest is a request for a page of messages.
type HistoryRequest struct {
	At      time.Time // Discord's clock
	Channel snowflake.ID
	Mode    string       // "before", "after", "around" or "" (the newest)
	Cursor  snowflake.ID // of Mode
	Limit   int
	Status  int          // HTTP; 0: cut
	Served  int          // messages in the answer
	Newest  snowflake.ID // the page's ends, 0 if it is empty
	Oldest  snowflake.ID
}

// Stats counts what the client did.
type Stats struct {
	Requests   int
	Status     map[int]int    // answers by HTTP status; 0: cut
	Routes     map[string]int // requests by "GET /channels/{c}/messages"
	Messages   int            // served in history pages
	Identifies int
	Resumes    int
}

// recorder keeps the requests.
type recorder struct {
	mu    sync.Mutex
	stats Stats
	pages []HistoryRequest
}

// record notes a finished request.
func (r *recorder) record(c *call) {
	r.count(func(t *Stats) {
		if t.Status == nil {
			t.Status, t.Routes = map[int]int{}, map[string]int{}
		}
		t.Requests++
		t.Status[c.status]++
		t.Routes[c.route.method+" "+c.route.pattern]++
		if c.page != nil {
			c.page.Status = c.status
			t.Messages += c.page.Served
			r.pages = append(r.pages, *c.page)
		}
	})
}

func (r *recorder) count(f func(*Stats)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f(&r.stats)
}

// Stats returns the counts so far.
func (s *Server) Stats() Stats {
	s.stats.mu.Lock()
	defer s.stats.mu.Unlock()
	t := s.stats.stats
	t.Status, t.Routes = maps.Clone(t.Status), maps.Clone(t.Routes)
	return t
}

// HistoryRequests returns all requests for pages of messages, in the order they were answered,
// those that were refused too.
func (s *Server) HistoryRequests() []HistoryRequest {
	s.stats.mu.Lock()
	defer s.stats.mu.Unlock()
	return slices.Clone(s.stats.pages)
}
