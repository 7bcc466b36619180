package session

import (
	"context"
	"log/slog"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/cenkalti/backoff/v5"
	"golang.org/x/time/rate"
)

const (
	longestPause = time.Minute      // between two attempts; Discord keeps a session for a few minutes
	steady       = 30 * time.Second // a connection that lasts so long lets the pauses begin anew

	// Discord allows 1000 IDENTIFYs in 24 h and then resets the token. These make 820 at most, which
	// leaves some for restarts.
	identifyRate  = 2 * time.Minute
	identifyBurst = 100

	askTimeout = 10 * time.Second // for the number of IDENTIFYs that are left
)

// pace says when the next attempt to connect may be made.
type pace struct {
	log        *slog.Logger
	ask        func() *discordgo.Session
	every      time.Duration // between two IDENTIFYs
	pauses     backoff.ExponentialBackOff
	daily      *rate.Limiter
	identified time.Time // when an IDENTIFY was last known to be past
}

func newPace(s *Supervisor, t timing) *pace {
	return &pace{
		log: s.Log, ask: s.New, every: t.identify,
		pauses: backoff.ExponentialBackOff{
			InitialInterval: t.pause, Multiplier: 2, MaxInterval: longestPause,
			RandomizationFactor: backoff.DefaultRandomizationFactor,
		},
		daily: rate.NewLimiter(rate.Every(identifyRate), identifyBurst),
	}
}

// pause waits before the next attempt, the longer the more of them failed; up is how long the last
// connection was open.
func (p *pace) pause(ctx context.Context, up time.Duration, reason error) {
	if up >= steady {
		p.pauses.Reset()
	}
	next := p.pauses.NextBackOff()
	p.log.Warn("the gateway connection is down", "error", reason, "retry_in", next.Round(time.Millisecond))
	sleep(ctx, next)
}

// identify waits until an IDENTIFY may be sent.
func (p *pace) identify(ctx context.Context) {
	if p.daily.Wait(ctx) != nil {
		return
	}
	if wait := p.exhausted(ctx); wait > 0 {
		p.log.Warn("Discord allows no more connections today", "retry_in", wait)
		sleep(ctx, wait)
	}
	if !p.identified.IsZero() {
		sleep(ctx, p.every-time.Since(p.identified))
	}
}

// exhausted asks Discord how long to wait for the next IDENTIFY: it counts those of earlier runs too.
// Without an answer the own count must do.
func (p *pace) exhausted(ctx context.Context) time.Duration {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	answer, err := p.ask().GatewayBot(discordgo.WithContext(ctx))
	if err != nil {
		return 0
	}
	left := answer.SessionStartLimit
	if left.Total == 0 || left.Remaining > 0 {
		return 0
	}
	return min(time.Duration(left.ResetAfter)*time.Millisecond, 24*time.Hour)
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
