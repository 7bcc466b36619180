package discordtest

import (
	"net"
	"time"
)

// Options says how a [Server] behaves. The zero value works.
type Options struct {
	// Listener is served instead of a new one on 127.0.0.1:0. In-memory listeners need a
	// transport and a dialer of their own in the client.
	Listener net.Listener
	// Clock is Discord's own clock: it mints ids and fills the HTTP Date header. Default: time.Now;
	// within a testing/synctest bubble (where it is the year 2000, before the first possible id) it
	// runs 26 years ahead.
	Clock func() time.Time
	// Limits are the rate limits. The zero value has none.
	Limits Limits
	// Token is the bot's token; default "test-token". REST wants "Bot " before it.
	Token string
	// HeartbeatInterval is what hello asks for; default 41.25 s. A client that is silent for two
	// intervals is closed with 4009.
	HeartbeatInterval time.Duration
	// AllowedIntents are the intents that IDENTIFY may ask for; others get close code 4014.
	// Default: all but the privileged ones. [IntentMessageContent] here also opens contents in REST.
	AllowedIntents int
	// ReplayLimit is how many of its last events a session can replay; default 4096.
	ReplayLimit int
	// ResumeWindow is how long a session outlives its connection; default 3 min.
	ResumeWindow time.Duration
	// AttachmentLimit is the size of a file that the bot may upload, in bytes; default 10 MiB.
	AttachmentLimit int
	// InvalidLimit is how many 401, 403 and 429 answers within 10 min bring a ban
	// (429 with "error code: 1015" as text); default 10,000.
	InvalidLimit int
	// MixedMilliseconds gives ids of one millisecond in history pages in an order that is always the same,
	// but not theirs, across the ends of pages too. before and after compare ids as numbers, as ever.
	// A client can't read through a millisecond that holds more than a page then.
	MixedMilliseconds bool
	// ShortPages is the percentage of history pages that hold fewer messages than they could, at least
	// one. The same request gets the same page.
	ShortPages int
}

// LimitMode is how rate limits are told to the client.
type LimitMode int

const (
	// LimitsOff: no limits, no headers.
	LimitsOff LimitMode = iota
	// LimitsHonest: limits with true X-RateLimit-* headers.
	LimitsHonest
	// LimitsLying: headers claim limit 1000, remaining 999, until the real limit is hit.
	LimitsLying
)

// Limits configures rate limits.
type Limits struct {
	Mode LimitMode
	// Requests a bucket (method, route and channel, guild or webhook) takes in Window; default 5 in 5 s.
	Requests int
	Window   time.Duration
	// Global is the number of requests per second over all routes; default 50, below 0: no limit.
	Global int
	// IdentifyEvery is the pause between two IDENTIFYs; default 5 s, below 0: none.
	// A quicker one is answered with op 9.
	IdentifyEvery time.Duration
}

// Gateway intents the emulator knows by name.
const (
	IntentGuilds         = 1 << 0
	IntentGuildMessages  = 1 << 9
	IntentDirectMessages = 1 << 12
	IntentMessageContent = 1 << 15
)

const (
	knownIntents      = 1<<17 - 1 | 1<<20 | 1<<21 | 1<<24 | 1<<25
	privilegedIntents = 1<<1 | 1<<8 | IntentMessageContent
)

func (o Options) withDefaults() Options {
	def(&o.Clock, nil == o.Clock, discordNow)
	def(&o.Token, o.Token == "", "test-token")
	def(&o.HeartbeatInterval, o.HeartbeatInterval <= 0, 41250*time.Millisecond)
	def(&o.AllowedIntents, o.AllowedIntents == 0, knownIntents&^privilegedIntents)
	def(&o.ReplayLimit, o.ReplayLimit <= 0, 4096)
	def(&o.ResumeWindow, o.ResumeWindow <= 0, 3*time.Minute)
	def(&o.AttachmentLimit, o.AttachmentLimit <= 0, 10<<20)
	def(&o.InvalidLimit, o.InvalidLimit <= 0, 10_000)
	def(&o.Limits.Requests, o.Limits.Requests <= 0, 5)
	def(&o.Limits.Window, o.Limits.Window <= 0, 5*time.Second)
	def(&o.Limits.Global, o.Limits.Global == 0, 50)
	def(&o.Limits.IdentifyEvery, o.Limits.IdentifyEvery == 0, 5*time.Second)
	return o
}

func def[T any](field *T, unset bool, value T) {
	if unset {
		*field = value
	}
}

// discordNow is time.Now, moved to where ids exist when the host is in a synctest bubble.
func discordNow() time.Time {
	now := time.Now()
	if now.Year() < 2015 {
		now = now.AddDate(26, 0, 0)
	}
	return now
}
