package rest

import (
	"log/slog"
	"net/http"
	"time"

	"golang.org/x/time/rate"
)

// Unlimited is a rate without a bound.
const Unlimited = float64(rate.Inf)

const (
	// DefaultGlobalPerSecond is Discord's limit for a bot over all routes.
	DefaultGlobalPerSecond = 50
	// DefaultHistoryPerSecond is a pace that a channel's history was seen to allow: 5 requests in 5 s.
	DefaultHistoryPerSecond = 1
	// historyBurst is how many pages of one channel may follow each other without a pause.
	historyBurst = 5

	// DefaultTimeout is the time for one attempt, from the first byte sent to the last received.
	DefaultTimeout = 30 * time.Second
	// DefaultBanPause is the wait after an answer of Cloudflare that names none.
	DefaultBanPause = 10 * time.Minute
	longestBan      = time.Hour

	// MaxResponseBytes bounds an answer's body; a page of 100 messages has about 100 KB.
	MaxResponseBytes = 32 << 20
)

// Options sets up a [Transport]. The zero value is right for Discord itself.
type Options struct {
	// BaseURL stands in for https://discord.com: REST is under BaseURL/api/v9. "" is Discord itself.
	BaseURL string
	// GlobalPerSecond is the rate over all routes but interactions; 0 is DefaultGlobalPerSecond.
	GlobalPerSecond float64
	// HistoryPerSecond is the rate of history pages of each channel; 0 is DefaultHistoryPerSecond.
	HistoryPerSecond float64
	// Timeout is the time for one attempt; 0 is DefaultTimeout.
	Timeout time.Duration
	// BanPause is the wait after an answer of Cloudflare that names none; 0 is DefaultBanPause.
	BanPause time.Duration
	// Next sends the requests; nil is an http.Transport of its own.
	Next http.RoundTripper
	// Log is told of retries and bans; nil is silence.
	Log *slog.Logger
}

// newGlobal returns the limiter of the rate over all routes. It allows no burst, which would double the
// first second, and keeps 2 % below the rate: with 50 requests a second, 20 ms by which the network may
// delay one of them more than another before Discord sees 51.
func newGlobal(perSecond float64) *rate.Limiter {
	if perSecond >= Unlimited {
		return rate.NewLimiter(rate.Inf, 1)
	}
	return rate.NewLimiter(rate.Limit(perSecond*0.98), 1)
}

func setDefault[T float64 | time.Duration](to *T, v T) {
	if *to == 0 {
		*to = v
	}
}

// newHTTP is http.DefaultTransport with room for an import's connections to one host, and pings that
// find a dead HTTP/2 connection, which would else take down each attempt by its timeout.
func newHTTP() *http.Transport {
	h := http.DefaultTransport.(*http.Transport).Clone()
	h.MaxIdleConnsPerHost = 64
	h.HTTP2 = &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 10 * time.Second}
	return h
}
