package rest

import (
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// limited is what an answer 429 says.
type limited struct {
	wait   time.Duration
	global bool // all requests but the interactions'
	shared bool // the limit of a resource, not of this bot: doesn't count as an invalid request
	banned bool // Cloudflare's, not Discord's: everything
}

// read429 reads an answer 429. The global one has no X-RateLimit-Reset-After; Cloudflare's isn't JSON.
func read429(h http.Header, body []byte, banPause time.Duration) limited {
	var said struct {
		RetryAfter float64 `json:"retry_after"`
		Global     bool    `json:"global"`
	}
	scope := h.Get("X-RateLimit-Scope")
	if err := json.Unmarshal(body, &said); err != nil && scope == "" { // else it is Discord's, and was cut
		if s := seconds(h, "Retry-After"); s > 0 {
			banPause = duration(s, longestBan)
		}
		return limited{wait: banPause, banned: true}
	}
	l := limited{
		global: said.Global || scope == "global" || strings.EqualFold(h.Get("X-RateLimit-Global"), "true"),
		shared: scope == "shared",
	}
	s := said.RetryAfter
	for _, header := range []string{"Retry-After", "X-RateLimit-Reset-After"} {
		if !(s > 0) {
			s = seconds(h, header)
		}
	}
	l.wait = max(duration(s, longestWait), shortestWait)
	return l
}

// exhausted returns how long the bucket rests after an answer that used up its limit, else 0. Only
// Remaining: 0 is believed: while the true limit was 5, Discord was seen to claim 999 of 1000.
func exhausted(h http.Header) time.Duration {
	if h.Get("X-RateLimit-Remaining") != "0" {
		return 0
	}
	return untilReset(h)
}

// untilReset returns how long an answer's window still lasts, 0 when that isn't said.
func untilReset(h http.Header) time.Duration {
	if h.Get("X-RateLimit-Reset-After") != "" {
		return duration(seconds(h, "X-RateLimit-Reset-After"), longestWait)
	}
	reset := seconds(h, "X-RateLimit-Reset") // an instant, on the clock that Date shows
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil || !(reset > 0) {
		return 0
	}
	return duration(reset-float64(date.Unix()), longestWait)
}

// seconds reads a header that holds seconds, with or without a fraction; 0 when there are none.
func seconds(h http.Header, name string) float64 {
	s, err := strconv.ParseFloat(strings.TrimSpace(h.Get(name)), 64)
	if err != nil {
		return 0
	}
	return s
}

// duration clamps seconds to 0..longest; what is not a number is 0.
func duration(s float64, longest time.Duration) time.Duration {
	switch {
	case !(s > 0):
		return 0
	case s > longest.Seconds():
		return longest
	}
	return time.Duration(math.Ceil(s * float64(time.Second)))
}
