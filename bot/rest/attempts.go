package rest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// DefaultAttempts is how often a request is sent at most when its context doesn't say: with the
// back-off between them it gives up after about 4 s of failures.
const DefaultAttempts = 5

const (
	firstBackoff = 250 * time.Millisecond
	lastBackoff  = 30 * time.Second

	// longestWait bounds the wait that one answer can ask for: Discord's figures are sometimes absurd.
	longestWait = time.Minute
	// shortestWait is the wait after a 429 that asks for none.
	shortestWait = 250 * time.Millisecond
)

type attemptsKey struct{}

// WithAttempts returns a context whose requests are sent up to n times when Discord fails or can't be
// reached; n <= 0 means until the context ends. Waits for rate limits don't count as attempts.
func WithAttempts(ctx context.Context, n int) context.Context {
	return context.WithValue(ctx, attemptsKey{}, max(n, 0))
}

// Patient returns a context whose requests are sent until they succeed, are refused, or the context
// ends. History reads are patient unless the caller's context says otherwise.
func Patient(ctx context.Context) context.Context { return WithAttempts(ctx, 0) }

// patientByDefault is Patient for a context that says nothing yet.
func patientByDefault(ctx context.Context) context.Context {
	if _, ok := ctx.Value(attemptsKey{}).(int); ok {
		return ctx
	}
	return Patient(ctx)
}

// attemptsOf returns the context's number of attempts, 0 for no bound.
func attemptsOf(ctx context.Context) int {
	if n, ok := ctx.Value(attemptsKey{}).(int); ok {
		return n
	}
	return DefaultAttempts
}

// mayRepeat says whether a request that failed with err, or with an answer of status 5xx when err is
// nil, may be sent again: when it can be done twice without harm, or when it surely never left.
func mayRepeat(method string, err error) bool {
	if errors.Is(err, ErrTooLarge) {
		return false
	}
	if method != http.MethodPost {
		return true
	}
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// newBackoff returns the waits between the attempts of one request, with jitter: the failing requests
// of many channels must not come back all at once.
func newBackoff() *backoff.ExponentialBackOff {
	return &backoff.ExponentialBackOff{
		InitialInterval: firstBackoff, Multiplier: 2, MaxInterval: lastBackoff,
		RandomizationFactor: backoff.DefaultRandomizationFactor,
	}
}

// sleep waits for d, or until ctx ends. A wait that would outlast ctx's deadline fails at once.
func sleep(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if d <= 0 {
		return nil
	}
	if end, ok := ctx.Deadline(); ok && time.Until(end) < d {
		return fmt.Errorf("a wait of %s is longer than the request may take: %w",
			d.Round(time.Millisecond), context.DeadlineExceeded)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
