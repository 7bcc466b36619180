package rest

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// Transport paces, sends and repeats requests to Discord, as the package's comment says. It may be used
// by any number of goroutines and sessions at once; sessions that share an address should share it.
type Transport struct {
	opt     Options
	base    *url.URL // nil for Discord itself
	turns   *turns   // the global rate
	pace    *pace    // of each channel's history; nil: none
	sending chan struct{}
	limited pause // after a global 429: all but interactions
	banned  pause // after Cloudflare's 429: everything
	buckets buckets
	budget  budget
	refused sync.Map // values of Authorization that were answered with 401
	clock   clock

	counters counters
}

var _ http.RoundTripper = (*Transport)(nil)

// NewTransport returns a transport; the error says which option is wrong.
func NewTransport(o Options) (*Transport, error) {
	t := &Transport{}
	if o.BaseURL != "" {
		u, err := url.Parse(o.BaseURL)
		if err != nil {
			return nil, fmt.Errorf("read Discord's URL: %w", err)
		}
		if (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
			return nil, fmt.Errorf("read Discord's URL: %q is not of the form http://host:port", u.Redacted())
		}
		t.base = u
	}
	if o.GlobalPerSecond < 0 || o.HistoryPerSecond < 0 {
		return nil, fmt.Errorf("read the rates of requests: %g and %g a second; neither may be negative",
			o.GlobalPerSecond, o.HistoryPerSecond)
	}
	setDefault(&o.GlobalPerSecond, DefaultGlobalPerSecond)
	setDefault(&o.Timeout, DefaultTimeout)
	setDefault(&o.BanPause, DefaultBanPause)
	if o.Next == nil {
		o.Next = newHTTP()
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	t.opt = o
	t.turns, t.sending = newTurns(o.GlobalPerSecond), make(chan struct{}, mostSending)
	if o.HistoryPerSecond < Unlimited {
		t.pace = newPace(o.HistoryPerSecond)
	}
	return t, nil
}

// CloseIdleConnections closes the connections that no request uses now.
func (t *Transport) CloseIdleConnections() {
	if c, ok := t.opt.Next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// newBucket returns a bucket of a route's.
func (t *Transport) newBucket(r route) *bucket {
	if !r.history {
		return &bucket{}
	}
	return &bucket{pace: t.pace, free: t.pace == nil}
}

// RoundTrip sends req when it may be sent, and again when that helps. The answer's body is complete in
// memory, and its X-RateLimit headers are gone. No answer 429 or 5xx is ever returned: see
// [ErrUnavailable] and [ErrBanned].
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := requestBody(req)
	if err != nil {
		return nil, err
	}
	r := routeOf(req.Method, req.URL.Path)
	b := t.buckets.use(r.key, func() *bucket { return t.newBucket(r) })
	defer t.buckets.done(b)

	ctx, backoff := req.Context(), newBackoff()
	for failed, sent := 0, 0; ; sent++ {
		ans, err := t.turn(req, r, b, body)
		if errors.Is(err, errNotSent) {
			return nil, errors.Unwrap(err)
		}
		if sent > 0 {
			t.counters.retries.Add(1)
		}
		switch {
		case err == nil && ans.StatusCode == http.StatusTooManyRequests:
			continue // the next turn waits for what it said
		case err == nil && ans.StatusCode < 500:
			return ans, nil
		case ctx.Err() != nil:
			return nil, ctx.Err()
		}
		t.counters.failures.Add(1)
		again := mayRepeat(r.method, err)
		if err == nil {
			err = fmt.Errorf("it answered %s", ans.Status)
		}
		failed++
		if most := attemptsOf(ctx); !again || most > 0 && failed >= most {
			return nil, fmt.Errorf("%w (attempt %d): %w", ErrUnavailable, failed, err)
		}
		wait := backoff.NextBackOff()
		t.opt.Log.Warn("Discord failed, trying again", "route", r.String(), "attempt", failed, "wait", wait, "err", err)
		if err := sleep(ctx, wait); err != nil {
			return nil, err
		}
	}
}

// errNotSent marks an error of a turn that ends the request: sending it was refused, or it was cancelled.
var errNotSent = errors.New("not sent")

type notSent struct{ error }

func (e notSent) Unwrap() error        { return e.error }
func (e notSent) Is(target error) bool { return target == errNotSent }

// turn waits until the request may be sent, sends it once and notes what the answer says of limits.
func (t *Transport) turn(req *http.Request, r route, b *bucket, body []byte) (*http.Response, error) {
	token := req.Header.Get("Authorization")
	if err := t.allowed(token, r); err != nil {
		return nil, notSent{err}
	}
	if err := t.admit(req.Context(), r, b); err != nil {
		return nil, notSent{err}
	}
	if err := t.allowed(token, r); err != nil { // asked again: other requests were answered meanwhile
		b.leave()
		return nil, notSent{err}
	}
	defer b.leave()
	if r.history {
		select {
		case t.sending <- struct{}{}:
			defer func() { <-t.sending }()
		case <-req.Context().Done():
			return nil, notSent{req.Context().Err()}
		}
	}
	sent := time.Now()
	ans, data, err := t.send(req, body)
	if ans == nil {
		b.unanswered()
		return nil, err
	}
	t.observe(ans, data, token, r, b, sent)
	if err != nil && ans.StatusCode != http.StatusTooManyRequests {
		return nil, err
	}
	return ans, nil
}
