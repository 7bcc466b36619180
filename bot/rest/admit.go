package rest

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// admit waits until r may be sent: for pauses, for a place in the bucket, for the global rate. A pause
// that begins meanwhile costs the place and the turn in the global rate, else all that it holds up
// would be sent at once when it ends.
func (t *Transport) admit(ctx context.Context, r route, b *bucket) (free time.Time, err error) {
	for {
		if err := t.sitOut(ctx, r, b); err != nil {
			return free, err
		}
		if free, err = b.enter(ctx); err != nil {
			return free, err
		}
		if t.paused(r, b) <= 0 && !r.exempt {
			err = t.globalTurn(ctx)
		}
		if err == nil && t.paused(r, b) <= 0 {
			return free, nil
		}
		b.leaveUnused(free)
		if err != nil {
			return free, err
		}
	}
}

// paused returns how long a pause still holds up r; 0 or less when none does.
func (t *Transport) paused(r route, b *bucket) time.Duration {
	d := max(b.left(), t.banned.left())
	if !r.exempt {
		d = max(d, t.limited.left())
	}
	return d
}

// sitOut waits until no pause holds up r. A request that isn't patient doesn't wait for the end of a ban.
func (t *Transport) sitOut(ctx context.Context, r route, b *bucket) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		d := t.paused(r, b)
		if d <= 0 {
			return nil
		}
		if d > longestWait && attemptsOf(ctx) > 0 {
			return fmt.Errorf("%w for %s", ErrBanned, d.Round(time.Second))
		}
		if err := sleep(ctx, d); err != nil {
			return err
		}
	}
}

// globalTurn waits for the turn that the global rate gives.
func (t *Transport) globalTurn(ctx context.Context) error {
	turn := t.global.Reserve()
	if err := sleep(ctx, turn.Delay()); err != nil {
		turn.Cancel()
		return err
	}
	return nil
}

// allowed says why nothing may be sent any more, or for now.
func (t *Transport) allowed(token string, r route) error {
	if _, ok := t.refused.Load(token); ok && !r.exempt {
		return ErrUnauthorized
	}
	if d := t.budget.wait(); d > 0 {
		return fmt.Errorf("%w for %s: %d in %s", ErrTooManyInvalid, d.Round(time.Second), maxInvalid, invalidWindow)
	}
	return nil
}

// observe notes what an answer says of limits, the token and the time, and takes out the headers that
// would make discordgo sleep.
func (t *Transport) observe(ans *http.Response, body []byte, token string, r route, b *bucket) {
	t.clock.observe(ans.Header)
	switch ans.StatusCode {
	case http.StatusTooManyRequests:
		t.slowDown(read429(ans.Header, body, t.opt.BanPause), r, b)
	case http.StatusUnauthorized:
		t.invalid()
		if !r.exempt { // there it is the interaction's token that expired
			t.refused.Store(token, true)
		}
	case http.StatusForbidden:
		t.invalid()
	}
	if d := exhausted(ans.Header); d > 0 && ans.StatusCode != http.StatusTooManyRequests {
		b.extend(d)
	}
	for name := range ans.Header {
		if strings.HasPrefix(name, "X-Ratelimit-") {
			delete(ans.Header, name)
		}
	}
}

func (t *Transport) invalid() {
	t.counters.invalid.Add(1)
	t.budget.spend()
}

// slowDown begins the pause that a 429 asks for.
func (t *Transport) slowDown(l limited, r route, b *bucket) {
	t.counters.rateLimited.Add(1)
	if !l.shared {
		t.invalid()
	}
	b.extend(l.wait)
	switch {
	case l.banned:
		t.banned.extend(l.wait)
		t.opt.Log.Warn("Cloudflare refuses requests from this address", "route", r.String(), "wait", l.wait)
	case l.global:
		t.limited.extend(l.wait)
		t.opt.Log.Warn("global rate limit reached", "wait", l.wait)
	default:
		t.opt.Log.Debug("rate limit reached", "route", r.String(), "wait", l.wait, "shared", l.shared)
	}
}
