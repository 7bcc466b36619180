package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"tally/bot/discordtest"
)

// weather is what happens to requests.
type weather struct {
	survived *survived
	every    int // one request in so many fails

	mu   sync.Mutex
	rng  *rand.Rand
	n    int
	hand []int // kinds of failures that come next
}

func newWeather(seed uint64, pages int, s *survived) weather {
	return weather{survived: s, every: max(pages/20, 4), rng: rand.New(rand.NewPCG(seed, 0x3a1))}
}

// fault lets a request fail now and then. Only reads: an answer to a command that fails is the user's to
// repeat.
func (w *weather) fault(r *http.Request) *discordtest.Fault {
	if r.Method != http.MethodGet {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.n++; w.n%w.every > 0 {
		return nil
	}
	if len(w.hand) == 0 {
		w.hand = w.rng.Perm(len(restFaults))
	}
	f := restFaults[w.hand[0]]
	w.hand = w.hand[1:]
	w.survived.add(f.kind, 1)
	return &f.Fault
}

var restFaults = []struct {
	kind string
	discordtest.Fault
}{
	{fault429, limited(false, 0.2)},
	{faultGlobal, limited(true, 0.3)},
	{fault500, discordtest.Fault{Status: 500, Body: `{"message":"500: Internal Server Error","code":0}`}},
	{fault502, discordtest.Fault{Status: 502, Body: "<html>502 Bad Gateway</html>"}},
	{fault503, discordtest.Fault{Status: 503, Body: "upstream connect error"}},
	{faultCut, discordtest.Fault{Cut: true}},
	{faultCut, discordtest.Fault{Cut: true, Delay: 30 * time.Millisecond}},
}

// limited is an answer 429; the global one has no X-RateLimit-Reset-After.
func limited(global bool, seconds float64) discordtest.Fault {
	h := http.Header{"Content-Type": {"application/json"}, "Retry-After": {"1"}}
	if global {
		h.Set("X-RateLimit-Global", "true")
		h.Set("X-RateLimit-Scope", "global")
	} else {
		h.Set("X-RateLimit-Scope", "user")
		h.Set("X-RateLimit-Remaining", "0")
		h.Set("X-RateLimit-Reset-After", fmt.Sprint(seconds))
	}
	body := fmt.Sprintf(`{"message": "You are being rate limited.", "retry_after": %.3f, "global": %t}`, seconds, global)
	return discordtest.Fault{Status: http.StatusTooManyRequests, Header: h, Body: body}
}
