package bot

import (
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"tally/bot/discordtest"
)

// weather makes REST fail for a while, a part of all requests.
func (s *sim) weather() {
	percent := []int{5, 20, 60, 90}[s.rng.IntN(4)]
	end := time.Now().Add(time.Duration(s.rng.Int64N(int64(time.Minute))))
	var n atomic.Int64
	s.OnRequest(func(r *http.Request) *discordtest.Fault {
		switch i := n.Add(1); {
		case time.Now().After(end), strings.Contains(r.URL.Path, "/interactions/"), strings.Contains(r.URL.Path, "/webhooks/"):
			return nil
		case !s.chance(percent, "weather", end.UnixNano(), i):
			return &discordtest.Fault{Delay: time.Duration(i*37%400) * time.Millisecond, Slow: time.Duration(i*29%7) * 20 * time.Millisecond}
		default:
			return s.restFault(int(i) + int(end.UnixNano()/1000%97))
		}
	})
}

// drops has the gateway lose a part of all messages and deletes for a while, without a word. Only an import
// or a verification can find them.
func (s *sim) drops() {
	s.force, s.dropped = true, true
	end := time.Now().Add(time.Duration(s.rng.Int64N(int64(time.Minute))))
	s.OnDispatch(func(event string, d []byte) int {
		if strings.HasPrefix(event, "MESSAGE_") && time.Now().Before(end) && s.chance(40, "drop", string(d)) {
			s.tally.add("dropped events", 1)
			return 0
		}
		return 1
	})
}

// doubles has the gateway deliver a part of all messages twice, for good.
func (s *sim) doubles() {
	s.OnDispatch(func(event string, d []byte) int {
		if strings.HasPrefix(event, "MESSAGE_") && s.chance(30, "double", string(d)) {
			s.tally.add("doubled events", 1)
			return 2
		}
		return 1
	})
}
