package rest

import "sync/atomic"

// Stats counts what a [Transport] did since it was made.
type Stats struct {
	Requests    int64 // sent, retries included
	Retries     int64 // of those, sent again
	RateLimited int64 // answers 429
	Invalid     int64 // answers that count towards a ban: 401, 403, 429 unless shared
	Failures    int64 // answers 5xx, and requests without a whole answer
	Bytes       int64 // of answers' bodies
}

// counters are the live form of Stats.
type counters struct {
	requests, retries, rateLimited, invalid, failures, bytes atomic.Int64
}

// Stats returns the counts so far. It may be called at any time.
func (t *Transport) Stats() Stats {
	c := &t.counters
	return Stats{
		Requests: c.requests.Load(), Retries: c.retries.Load(), RateLimited: c.rateLimited.Load(),
		Invalid: c.invalid.Load(), Failures: c.failures.Load(), Bytes: c.bytes.Load(),
	}
}
