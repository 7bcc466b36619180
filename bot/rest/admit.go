package rest

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"strings"
	"time"
)

// admit waits until r may be sent, and takes its bucket: for pauses, for the bucket, for a turn in the global
// rate. What began to stand in the way meanwhile costs the turn, else all that it holds up would be sent at
// once when it ends. Nothing is held while it waits, so that what is in a hurry isn't held up.
func (t *Transport) admit(ctx context.Context, r route, b *bucket) error {
	for {
		if err := t.sitOut(ctx, r, b); err != nil {
			return err
		}
		weight, pages := weightOf(ctx)
		if err := b.await(ctx, pages); err != nil {
			return err
		}
		if t.paused(r, b) > 0 {
			continue
		}
		if r.exempt {
			if b.enter(pages) {
				return nil
			}
			continue
		}
		if b.scouts() {
			weight = math.Inf(1)
		}
		if err := t.turns.take(ctx, weight); err != nil {
			return err
		}
		if t.paused(r, b) <= 0 && b.enter(pages) {
			return nil
		}
		t.turns.giveBack()
	}
}

// paused returns how long a pause still holds up r; 0 or less when none does.
func (t *Transport) paused(r route, b *bucket) time.Duration {
	d := max(b.pause.left(), t.banned.left())
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
func (t *Transport) observe(ans *http.Response, body []byte, token string, r route, b *bucket, sent time.Time) {
	t.clock.observe(ans.Header)
	switch ans.StatusCode {
	case http.StatusTooManyRequests:
		l := read429(ans.Header, body, t.opt.BanPause)
		t.slowDown(l, r, b)
		if !l.shared && !l.global && !l.banned {
			b.learn(answerOf(ans.Header, l.wait, true, sent))
		}
	case http.StatusUnauthorized:
		t.invalid()
		if !r.exempt { // there it is the interaction's token that expired
			t.refused.Store(token, true)
		}
	case http.StatusForbidden:
		t.invalid()
	}
	if refused := ans.StatusCode == http.StatusTooManyRequests; !refused {
		d := exhausted(ans.Header)
		b.allowance.answered(ans.Header)
		b.pause.extend(d)
		b.learn(answerOf(ans.Header, d, false, sent))
	}
	if t.pace != nil {
		t.pace.count(ans.StatusCode == http.StatusTooManyRequests)
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
	b.pause.extend(l.wait)
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
