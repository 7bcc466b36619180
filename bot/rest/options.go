package rest

import (
	"log/slog"
	"math"
	"net/http"
	"time"
)

// Unlimited is a rate without a bound.
const Unlimited = math.MaxFloat64

const (
	// DefaultGlobalPerSecond is Discord's limit for a bot over all routes.
	DefaultGlobalPerSecond = 50
	// mostSending is how many requests are on their way at the same time, at the most.
	mostSending = 64

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
	// HistoryPerSecond is the rate of history pages of each channel; with 0 it is found out what Discord allows.
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
