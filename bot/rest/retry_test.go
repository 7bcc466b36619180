package rest

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bwmarrin/discordgo"

	"tally/eventlog/snowflake"
)

// Every kind of 429 is waited for and sent again, and no other request is held up but those it names.
func Test429(t *testing.T) {
	tests := []struct {
		name    string
		body    string
		headers []string
		want    time.Duration // wait of the request itself
		all     bool          // other channels wait too
		inter   bool          // interactions wait too
		shared  bool
	}{
		{name: "user, body", body: `{"message":"You are being rate limited.","retry_after":3.5,"global":false}`,
			headers: []string{"Retry-After", "4", "X-RateLimit-Scope", "user"}, want: 3500 * time.Millisecond},
		{name: "user, Retry-After only", body: `{}`, headers: []string{"Retry-After", "4"}, want: 4 * time.Second},
		{name: "user, Reset-After only", body: `{}`, headers: []string{"X-RateLimit-Reset-After", "1.25"}, want: 1250 * time.Millisecond},
		{name: "user, Remaining 0 beside it", body: `{"retry_after":1}`,
			headers: []string{"X-RateLimit-Remaining", "0", "X-RateLimit-Reset-After", "50"}, want: time.Second},
		{name: "nothing said", body: `{}`, want: shortestWait},
		{name: "zero", body: `{"retry_after":0}`, want: shortestWait},
		{name: "negative", body: `{"retry_after":-5}`, headers: []string{"Retry-After", "-Inf"}, want: shortestWait},
		{name: "absurd", body: `{"retry_after":99999999999}`, want: time.Minute},
		{name: "shared", body: `{"retry_after":2}`, headers: []string{"X-RateLimit-Scope", "shared"}, want: 2 * time.Second, shared: true},
		{name: "global, documented", body: `{"retry_after":6.5,"global":true}`,
			headers: []string{"Retry-After", "7", "X-RateLimit-Global", "true", "X-RateLimit-Scope", "global"}, want: 6500 * time.Millisecond, all: true},
		{name: "global, body only", body: `{"retry_after":6.5,"global":true}`, want: 6500 * time.Millisecond, all: true},
		{name: "global, header only", body: `{"retry_after":6.5}`, headers: []string{"X-RateLimit-Global", "true"}, want: 6500 * time.Millisecond, all: true},
		{name: "global, scope only", body: `{"retry_after":6.5}`, headers: []string{"X-RateLimit-Scope", "global"}, want: 6500 * time.Millisecond, all: true},
		{name: "Cloudflare", body: `<html>error code: 1015</html>`, want: DefaultBanPause, all: true, inter: true},
		{name: "Cloudflare, Retry-After", body: `error code: 1015`, headers: []string{"Retry-After", "90"}, want: 90 * time.Second, all: true, inter: true},
		{name: "Cloudflare, absurd", body: ``, headers: []string{"Retry-After", "1e30"}, want: time.Hour, all: true, inter: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, tr, f := newFake(t, Options{GlobalPerSecond: Unlimited}, first(1, always(429, tt.body, tt.headers...)))
				start := time.Now()
				go read(t, c, t.Context(), 7)
				synctest.Wait()
				took := func(n int, call func()) time.Duration {
					call()
					return f.sent()[n].at.Sub(start)
				}
				inter := took(1, func() {
					_ = c.Respond(Patient(t.Context()), 1, "t", &discordgo.InteractionResponse{Type: 5})
				})
				if (inter > 0) != tt.inter {
					t.Errorf("an interaction's answer was sent after %s", inter)
				}
				other := took(len(f.sent()), func() { read(t, c, t.Context(), 8) })
				if (other > 0) != tt.all {
					t.Errorf("another channel was asked after %s", other)
				}
				time.Sleep(2 * time.Hour)
				var times []time.Duration
				for _, s := range f.sent() {
					if strings.Contains(s.path, "/channels/7/") {
						times = append(times, s.at.Sub(start))
					}
				}
				if len(times) != 2 || times[1] != tt.want {
					t.Errorf("sent after %v, want again after %s", times, tt.want)
				}
				s := tr.Stats()
				if s.RateLimited != 1 || s.Retries != 1 || (s.Invalid == 0) != tt.shared {
					t.Errorf("stats %+v", s)
				}
			})
		})
	}
}

// What a global 429 held up must not be sent all at once when it ends.
func TestNoStampedeAfterAGlobal429(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _, f := newFake(t, Options{}, first(1, always(429, `{"retry_after":5,"global":true}`)))
		together(200, func(i int) { read(t, c, t.Context(), snowflake.ID(i+1)) })
		if n := busiest(f.sent(), time.Second); n > 50 {
			t.Errorf("%d requests in one second", n)
		}
	})
}

// A request that isn't patient doesn't sit out a ban.
func TestBanEndsRequestsWithAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _, f := newFake(t, Options{}, always(429, `error code: 1015`))
		for range 3 {
			if _, err := c.Me(t.Context()); !errors.Is(err, ErrBanned) {
				t.Error(err)
			}
		}
		if len(f.sent()) != 1 {
			t.Errorf("%d requests were sent into a ban", len(f.sent()))
		}
	})
}

func fail(err error) func(int, *http.Request) (*http.Response, error) {
	return func(int, *http.Request) (*http.Response, error) { return nil, err }
}

// cut answers with a body that ends too early.
func cut(int, *http.Request) (*http.Response, error) {
	return cutReply(200, "[{"), nil
}

// silent never answers.
func silent(_ int, r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

var refusedConnection = &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}

func TestRetries(t *testing.T) {
	get := func(ctx context.Context, c *Client) error { _, err := c.Channels(ctx, 1); return err }
	page := func(ctx context.Context, c *Client) error { _, err := c.Messages(ctx, 1, Query{}); return err }
	post := func(ctx context.Context, c *Client) error {
		return c.Respond(ctx, 1, "t", &discordgo.InteractionResponse{Type: 5})
	}
	put := func(ctx context.Context, c *Client) error { return c.PutCommands(ctx, 1, 0, nil) }
	tests := []struct {
		name  string
		call  func(context.Context, *Client) error
		fails int // so often, then 200
		how   func(int, *http.Request) (*http.Response, error)
		sent  int
		err   error
	}{
		{"GET 500", get, 2, always(500, `{"message":"500: Internal Server Error","code":0}`), 3, nil},
		{"GET 502", get, 2, always(502, `<html>`), 3, nil},
		{"GET 503", get, 2, always(503, ``), 3, nil},
		{"GET 520 of Cloudflare", get, 2, always(520, ``), 3, nil},
		{"GET cut", get, 2, cut, 3, nil},
		{"GET EOF", get, 2, fail(io.EOF), 3, nil},
		{"GET reset", get, 2, fail(syscall.ECONNRESET), 3, nil},
		{"GET silent", get, 2, silent, 3, nil},
		{"PUT 502", put, 2, always(502, ``), 3, nil},
		{"GET gives up", get, 100, always(502, ``), DefaultAttempts, ErrUnavailable},
		{"GET gives up on the network", get, 100, fail(io.EOF), DefaultAttempts, io.EOF},
		{"history doesn't", page, 60, always(502, ``), 61, nil},
		{"history doesn't, cut", page, 60, cut, 61, nil},
		{"POST 500", post, 1, always(500, ``), 1, ErrUnavailable},
		{"POST cut", post, 1, cut, 1, ErrUnavailable},
		{"POST EOF", post, 1, fail(io.EOF), 1, io.EOF},
		{"POST refused connection", post, 2, fail(refusedConnection), 3, nil},
		{"POST 429", post, 2, always(429, `{"retry_after":1}`), 3, nil},
		{"GET 404", get, 1, always(404, `{"message":"Unknown Guild","code":10004}`), 1, ErrUnknownGuild},
		{"GET too large", get, 1, func(int, *http.Request) (*http.Response, error) {
			r := reply(200, "")
			r.Body = io.NopCloser(io.LimitReader(zeros{}, MaxResponseBytes+1))
			return r, nil
		}, 1, ErrTooLarge},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, tr, f := newFake(t, Options{}, first(tt.fails, tt.how))
				start := time.Now()
				err := tt.call(t.Context(), c)
				if d := time.Since(start); tt.sent <= DefaultAttempts && d > 2*DefaultTimeout+10*time.Second {
					t.Errorf("took %s", d)
				}
				if !errors.Is(err, tt.err) {
					t.Errorf("error %v, want %v", err, tt.err)
				}
				if n := len(f.sent()); n != tt.sent || tr.Stats().Retries != int64(tt.sent-1) {
					t.Errorf("sent %d times, want %d; %+v", n, tt.sent, tr.Stats())
				}
				for _, s := range f.sent() {
					if s.body != f.sent()[0].body || s.method == "PUT" && s.body != "[]" {
						t.Errorf("body %q", s.body)
					}
				}
			})
		})
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

func TestAttemptsOfTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _, f := newFake(t, Options{}, always(502, ``))
		if _, err := c.Messages(WithAttempts(t.Context(), 2), 1, Query{}); !errors.Is(err, ErrUnavailable) || len(f.sent()) != 2 {
			t.Errorf("sent %d times: %v", len(f.sent()), err)
		}
	})
}

// The back-off grows, has jitter, and stays below its bound.
func TestBackoff(t *testing.T) {
	b := newBackoff()
	for i := range 20 {
		want := min(firstBackoff<<min(i, 10), lastBackoff)
		if d := b.NextBackOff(); d < want/2 || d > want*3/2+1 {
			t.Errorf("wait %d is %s, want about %s", i, d, want)
		}
	}
}

// After a 401 nothing more is sent with that token, while another one, and interactions, still work.
func TestUnauthorizedSticks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, tr, f := newFake(t, Options{}, func(_ int, r *http.Request) (*http.Response, error) {
			if r.Header.Get("Authorization") == "Bot "+secret {
				return reply(401, `{"message":"401: Unauthorized","code":0}`), nil
			}
			return reply(200, `{"id":"1"}`), nil
		})
		for range 3 {
			if _, err := c.Me(t.Context()); !errors.Is(err, ErrUnauthorized) {
				t.Error(err)
			}
		}
		if len(f.sent()) != 1 {
			t.Errorf("%d requests were sent with a refused token", len(f.sent()))
		}
		if _, err := NewClient(NewSession("Bot another", tr)).Me(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// An interaction's token that expired is answered with 401 too, and says nothing of the bot's.
func TestExpiredInteractionTokenIsNotTheBots(t *testing.T) {
	for _, body := range []string{`{"message":"Invalid Webhook Token","code":50027}`, `{"message":"401: Unauthorized","code":0}`} {
		synctest.Test(t, func(t *testing.T) {
			c, _, _ := newFake(t, Options{}, first(1, always(401, body)))
			err := c.EditReply(t.Context(), 1, "t", &discordgo.WebhookEdit{})
			if !errors.Is(err, ErrUnknownInteraction) || errors.Is(err, ErrUnauthorized) {
				t.Error(err)
			}
			read(t, c, t.Context(), 1)
		})
	}
}

func TestInvalidBudget(t *testing.T) {
	for _, tt := range []struct {
		name    string
		answer  func(int, *http.Request) (*http.Response, error)
		refused bool
	}{
		{"403", always(403, `{"message":"Missing Access","code":50001}`), true},
		{"404 doesn't count", always(404, `{"message":"Unknown Channel","code":10003}`), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, tr, f := newFake(t, Options{GlobalPerSecond: 100}, tt.answer)
				for i := range maxInvalid + 200 {
					_, err := c.Channel(t.Context(), snowflake.ID(i+1))
					if want := tt.refused && i >= maxInvalid; errors.Is(err, ErrTooManyInvalid) != want {
						t.Fatalf("request %d: %v", i, err)
					}
				}
				if n := len(f.sent()); tt.refused && n != maxInvalid {
					t.Errorf("%d invalid requests were sent", n)
				}
				time.Sleep(invalidWindow)
				if _, err := c.Channel(t.Context(), 1); errors.Is(err, ErrTooManyInvalid) {
					t.Error("still refused after the window")
				}
				if s := tr.Stats(); tt.refused && s.Invalid != maxInvalid+1 {
					t.Errorf("stats %+v", s)
				}
			})
		})
	}
}

// 429s that count use up the budget as well, so that a storm of them ends.
func TestEndless429EndsByTheBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _, f := newFake(t, Options{}, always(429, `{"retry_after":0}`))
		if _, err := c.Me(t.Context()); !errors.Is(err, ErrTooManyInvalid) || len(f.sent()) != maxInvalid {
			t.Errorf("%d requests: %v", len(f.sent()), err)
		}
	})
}

func TestClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dates := []string{"Mon, 23 Nov 2026 15:33:20 GMT", "Mon, 23 Nov 2026 15:33:10 GMT", "", "Mon, 23 Nov 2026 15:34:00 GMT"}
		c, tr, _ := newFake(t, Options{}, func(n int, _ *http.Request) (*http.Response, error) {
			return reply(200, "[]", "Date", dates[n-1]), nil
		})
		if _, ok := tr.Now(); ok {
			t.Error("a time before the first answer")
		}
		for i, want := range []string{"15:33:20", "15:33:21", "15:33:22", "15:34:00"} {
			read(t, c, t.Context(), snowflake.ID(i+1))
			if now, ok := tr.Now(); !ok || now.Format(time.TimeOnly) != want {
				t.Errorf("answer %d: %s, want %s", i, now, want)
			}
			time.Sleep(time.Second)
		}
	})
}
