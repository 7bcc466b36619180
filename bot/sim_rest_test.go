package bot

import (
	"math"
	"net/http"
	"strconv"
	"time"

	"tally/bot/discordtest"
)

// restFault is what may go wrong with a request.
func (s *sim) restFault(n int) *discordtest.Fault {
	ms := func(below int) time.Duration { return time.Duration(n*131%below) * time.Millisecond }
	switch n % 13 {
	case 0, 1:
		return s.limited("user", 0.7, nil)
	case 2, 3:
		return s.limited("global", 0.6, http.Header{"X-Ratelimit-Global": {"true"}})
	case 4:
		return s.limited("shared", 1.2, nil)
	case 5:
		if n%3 > 0 {
			break
		}
		s.tally.add("429 Cloudflare", 1)
		return discordtest.Cloudflare(ms(8000))
	case 6:
		s.tally.add("cut", 1)
		return &discordtest.Fault{Cut: true, Delay: ms(50)}
	case 7:
		s.tally.add("body cut", 1)
		return &discordtest.Fault{Half: true, Slow: ms(900)}
	case 8: // sometimes longer than a request may take
		s.tally.add("slow body", 1)
		return &discordtest.Fault{Slow: ms(45_000)}
	}
	s.tally.add("5xx", 1)
	return &discordtest.Fault{Status: []int{500, 502, 503, 504}[n%4], Body: "upstream failed"}
}

// limited is Discord's 429.
func (s *sim) limited(scope string, seconds float64, more http.Header) *discordtest.Fault {
	s.tally.add("429 "+scope, 1)
	h := http.Header{"Retry-After": {strconv.Itoa(int(math.Ceil(seconds)))}, "Content-Type": {"application/json"}, "X-Ratelimit-Scope": {scope}}
	for k, v := range more {
		h[k] = v
	}
	body := `{"message":"limited","retry_after":` + strconv.FormatFloat(seconds, 'f', 1, 64) + `,"global":` + strconv.FormatBool(scope == "global") + `}`
	return &discordtest.Fault{Status: http.StatusTooManyRequests, Header: h, Body: body}
}
