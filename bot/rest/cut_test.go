package rest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"
)

// cutReply makes an answer whose headers come, and whose body breaks off.
func cutReply(status int, body string, headers ...string) *http.Response {
	a := reply(status, body, headers...)
	a.Body = io.NopCloser(io.MultiReader(strings.NewReader(body), iotest.ErrReader(io.ErrUnexpectedEOF)))
	return a
}

// What an answer's headers say of limits is obeyed, whatever became of its body: Discord has said it.
func TestCutAnswersAreObeyed(t *testing.T) {
	for _, c := range []struct {
		name  string
		first *http.Response
	}{
		{"a refusal", cutReply(429, `{"message":"You are be`, "Retry-After", "7", "X-RateLimit-Scope", "user")},
		{"a page that uses the limit up", cutReply(200, `[{"id":`, "X-RateLimit-Limit", "5", "X-RateLimit-Remaining", "0", "X-RateLimit-Reset-After", "7")},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client, _, f := newFake(t, Options{GlobalPerSecond: Unlimited}, first(1, func(int, *http.Request) (*http.Response, error) { return c.first, nil }))
				read(t, client, t.Context(), 7)
				if sent := f.sent(); len(sent) != 2 || sent[1].at.Sub(sent[0].at) < 7*time.Second {
					t.Errorf("sent %v", sent)
				}
			})
		})
	}
}

// A refusal of the token counts though its body was cut.
func TestCutUnauthorized(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, tr, f := newFake(t, Options{}, func(int, *http.Request) (*http.Response, error) { return cutReply(401, "{"), nil })
		if _, err := client.Messages(WithAttempts(t.Context(), 3), 7, Query{}); !errors.Is(err, ErrUnauthorized) {
			t.Error(err)
		}
		if len(f.sent()) != 1 || tr.Stats().Invalid != 1 {
			t.Errorf("%d requests, %+v", len(f.sent()), tr.Stats())
		}
	})
}

// A request that no answer came of is taken for one that Discord has counted: here it was the last allowed.
func TestUnansweredRequestsAreCounted(t *testing.T) {
	lost := errors.New("connection reset")
	for _, c := range []struct {
		name   string
		last   func(r *http.Request) error // what becomes of the request after which none is left
		remain string
		wait   time.Duration
	}{
		{"cut off", func(*http.Request) error { return lost }, "1", 4 * time.Second},
		{"given up", func(r *http.Request) error { <-r.Context().Done(); return r.Context().Err() }, "1", 4 * time.Second},
		{"one is left yet", func(*http.Request) error { return lost }, "2", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client, _, f := newFake(t, Options{GlobalPerSecond: Unlimited}, func(n int, r *http.Request) (*http.Response, error) {
					if n == 2 {
						return nil, c.last(r)
					}
					return reply(200, "[]", "X-RateLimit-Limit", "5", "X-RateLimit-Remaining", c.remain, "X-RateLimit-Reset-After", "4"), nil
				})
				read(t, client, t.Context(), 7)
				answered := time.Now()
				ctx, cancel := context.WithTimeout(WithAttempts(t.Context(), 1), time.Second)
				defer cancel()
				if _, err := client.Messages(ctx, 7, Query{}); err == nil {
					t.Fatal("it was answered")
				}
				read(t, client, t.Context(), 7)
				if sent := f.sent(); len(sent) != 3 || sent[2].at.Sub(answered) < c.wait || c.wait == 0 && sent[2].at.After(answered) {
					t.Errorf("sent %v", sent)
				}
			})
		})
	}
}
