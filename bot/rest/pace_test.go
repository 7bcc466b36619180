package rest

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bwmarrin/discordgo"

	"tally/eventlog/snowflake"
)

func TestGlobalPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, tr, f := newFake(t, Options{}, always(200, `{"id":"1"}`))
		start := time.Now()
		together(300, func(i int) {
			if _, err := c.Channel(t.Context(), snowflake.ID(i+1)); err != nil {
				t.Error(err)
			}
		})
		if n := busiest(f.sent(), time.Second); n > 50 {
			t.Errorf("%d requests in one second", n)
		}
		if d := time.Since(start); d > 6200*time.Millisecond {
			t.Errorf("300 requests took %s", d)
		}
		if s := tr.Stats(); s.Requests != 300 || s.Retries != 0 || s.Bytes != 3000 {
			t.Errorf("stats %+v", s)
		}
	})
}

func TestInteractionsDoNotWaitForTheGlobalPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _, f := newFake(t, Options{GlobalPerSecond: 0.01}, always(200, `{"id":"1"}`))
		start := time.Now()
		together(100, func(i int) {
			token := strings.Repeat("t", i+1)
			err := c.Respond(t.Context(), 1, token, &discordgo.InteractionResponse{Type: 5})
			if err2 := c.EditReply(t.Context(), 1, token, &discordgo.WebhookEdit{}); err != nil || err2 != nil {
				t.Error(err, err2)
			}
		})
		if time.Since(start) != 0 || len(f.sent()) != 200 {
			t.Errorf("%d answers took %s", len(f.sent()), time.Since(start))
		}
	})
}

// Where Discord stands, no 5 s may see more than 5 pages of a channel, however long each answer takes.
func TestHistoryPace(t *testing.T) {
	tests := []struct {
		name    string
		perSec  float64
		readers int
		latency time.Duration
		span    time.Duration
		atMost  time.Duration // for 40 pages
	}{
		{"default", 0, 1, 0, 5 * time.Second, 35 * time.Second},
		{"default, slow answers", 0, 1, 200 * time.Millisecond, 5 * time.Second, 45 * time.Second},
		{"default, many readers", 0, 20, 300 * time.Millisecond, 5 * time.Second, 40 * time.Second},
		{"10 a second", 10, 4, 0, time.Second / 2, 3500 * time.Millisecond},
		{"unlimited", Unlimited, 4, 0, 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var mu sync.Mutex
				var late []sent // when the slow way to Discord ends
				c, _, f := newFake(t, Options{HistoryPerSecond: tt.perSec, GlobalPerSecond: Unlimited},
					func(n int, _ *http.Request) (*http.Response, error) {
						time.Sleep(tt.latency * time.Duration(n%2)) // every other way is slow
						mu.Lock()
						late = append(late, sent{at: time.Now()})
						mu.Unlock()
						return reply(200, "null"), nil
					})
				start := time.Now()
				together(tt.readers, func(int) {
					for range 40 / tt.readers {
						read(t, c, t.Context(), 7)
					}
				})
				if n := max(busiest(f.sent(), tt.span), busiest(late, tt.span)); n > 5 {
					t.Errorf("%d pages in %s", n, tt.span)
				}
				if d := time.Since(start); d > tt.atMost {
					t.Errorf("40 pages took %s", d)
				}
			})
		})
	}
}

func TestChannelsDoNotWaitForEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _, f := newFake(t, Options{GlobalPerSecond: Unlimited}, always(200, "[]"))
		start := time.Now()
		together(50, func(i int) {
			for range 5 {
				read(t, c, t.Context(), snowflake.ID(i+1))
			}
		})
		if d := time.Since(start); d != 0 || len(f.sent()) != 250 {
			t.Errorf("took %s", d)
		}
	})
}

// pageApart is the time between two requests at the default global rate.
const pageApart = 20408163 * time.Nanosecond

// The transport alone waits for Remaining: 0; a header that reached discordgo would make it sleep.
func TestRemaining(t *testing.T) {
	tests := []struct {
		name    string
		headers []string
		want    time.Duration
	}{
		{"used up", []string{"X-RateLimit-Remaining", "0", "X-RateLimit-Reset-After", "12.5"}, 12500 * time.Millisecond},
		{"used up, an instant", []string{"X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "1000000003.5", "Date", "Sun, 09 Sep 2001 01:46:40 GMT"}, 3500 * time.Millisecond},
		{"absurd", []string{"X-RateLimit-Remaining", "0", "X-RateLimit-Reset-After", "1e12"}, time.Minute},
		{"not a number", []string{"X-RateLimit-Remaining", "0", "X-RateLimit-Reset-After", "NaN"}, 0},
		{"999 left is not believed", []string{"X-RateLimit-Remaining", "999", "X-RateLimit-Limit", "1000", "X-RateLimit-Reset-After", "30"}, 0},
		{"global without a bucket", []string{"X-RateLimit-Global", "true", "X-RateLimit-Reset-After", "30"}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, _, _ := newFake(t, Options{}, always(200, "[]", tt.headers...))
				start := time.Now()
				read(t, c, t.Context(), 7)
				if d := time.Since(start); d != 0 {
					t.Errorf("the first request took %s", d)
				}
				read(t, c, t.Context(), 7)
				if d := time.Since(start); d != max(tt.want, pageApart) {
					t.Errorf("the second request was sent after %s, want %s", d, tt.want)
				}
			})
		})
	}
}

// discordgo's own calls share buckets; even there nothing must sleep outside a context.
func TestDiscordgoNeverSleeps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, tr, _ := newFake(t, Options{}, always(200, `{"id":"1"}`,
			"X-RateLimit-Remaining", "0", "X-RateLimit-Reset-After", "30", "X-RateLimit-Reset", "9999999999", "X-RateLimit-Limit", "5"))
		s := NewSession(secret, tr)
		if _, err := s.User("1"); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		start := time.Now()
		_, err := s.User("1", discordgo.WithContext(ctx))
		if !errors.Is(err, context.Canceled) || time.Since(start) != time.Second {
			t.Errorf("cancelled after 1s, returned after %s: %v", time.Since(start), err)
		}
	})
}

func TestNoRateLimitHeaderReachesDiscordgo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, tr, _ := newFake(t, Options{}, always(200, "x", "X-RateLimit-Remaining", "0", "X-RateLimit-Bucket", "b",
			"X-RateLimit-Reset", "1", "X-RateLimit-Limit", "1", "X-RateLimit-Global", "true", "Via", "1.1 google"))
		req, _ := http.NewRequestWithContext(t.Context(), "GET", "https://discord.com/api/v9/gateway", nil)
		ans, err := tr.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = ans.Body.Close()
		if len(ans.Header) != 1 || ans.Header.Get("Via") == "" {
			t.Errorf("headers left: %v", ans.Header)
		}
	})
}

// Each wait ends at once with its context, and gives back what it held.
func TestCancel(t *testing.T) {
	used := func(c *Client, n int) {
		for range n {
			_, _ = c.Messages(context.Background(), 7, Query{})
		}
	}
	tests := []struct {
		name    string
		opt     Options
		answer  func(int, *http.Request) (*http.Response, error)
		prepare func(*Client)
	}{
		{"place in the history", Options{}, always(200, "[]"), func(c *Client) { used(c, 5) }},
		{"global pace", Options{GlobalPerSecond: 0.1}, always(200, "[]"), func(c *Client) { used(c, 1) }},
		{"429", Options{}, always(429, `{"retry_after":50}`), nil},
		{"ban", Options{}, always(429, `error code: 1015`), nil},
		{"back-off", Options{}, always(500, ``), nil},
		{"the answer", Options{}, func(_ int, r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, _, _ := newFake(t, tt.opt, tt.answer)
				if tt.prepare != nil {
					tt.prepare(c)
				}
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(3*time.Second, cancel)
				start := time.Now()
				_, err := c.Messages(ctx, 7, Query{})
				if !errors.Is(err, context.Canceled) || time.Since(start) != 3*time.Second {
					t.Errorf("cancelled after 3s, returned after %s: %v", time.Since(start), err)
				}
			})
		})
	}
}

// A cancelled wait must not use up a place or a turn.
func TestCancelledWaitCostsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _, f := newFake(t, Options{}, always(200, "[]"))
		start := time.Now()
		for range 5 {
			read(t, c, t.Context(), 7)
		}
		for range 50 {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Millisecond, cancel)
			_, _ = c.Messages(ctx, 7, Query{})
		}
		for range 5 {
			read(t, c, t.Context(), 7)
		}
		if d := time.Since(start); d > 5100*time.Millisecond || len(f.sent()) != 10 {
			t.Errorf("10 pages took %s", d)
		}
	})
}

func TestCancelledTurnCostsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _, _ := newFake(t, Options{GlobalPerSecond: 1}, always(200, "[]"))
		start := time.Now()
		read(t, c, t.Context(), 1)
		for i := range 50 {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Millisecond, cancel)
			_, _ = c.Messages(ctx, snowflake.ID(i+2), Query{})
		}
		read(t, c, t.Context(), 1)
		if d := time.Since(start); d > 1100*time.Millisecond {
			t.Errorf("the second request was sent after %s", d)
		}
	})
}

// A pause that begins while a request waits for its turn holds it up too.
func TestPauseBeginsDuringTheWaitForATurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _, f := newFake(t, Options{GlobalPerSecond: 1}, func(n int, _ *http.Request) (*http.Response, error) {
			if n == 1 {
				time.Sleep(time.Second / 2)
				return reply(429, `{"retry_after":10}`), nil
			}
			return reply(200, "[]"), nil
		})
		together(2, func(int) { read(t, c, t.Context(), 7) })
		if s := f.sent(); len(s) != 3 || s[1].at.Sub(s[0].at) < 10*time.Second {
			t.Errorf("sent %v", s)
		}
	})
}

func TestPauseIsNeverShortened(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p pause
		p.extend(time.Minute)
		p.extend(time.Second)
		if p.left() != time.Minute {
			t.Errorf("%s left", p.left())
		}
	})
}

// A wait that can't end in time isn't begun.
func TestDeadlineBeforeTheEndOfAWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _, _ := newFake(t, Options{}, always(429, `{"retry_after":50}`))
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		start := time.Now()
		if _, err := c.Me(ctx); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 0 {
			t.Errorf("returned after %s: %v", time.Since(start), err)
		}
	})
}

func TestIdleBucketsAreDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, tr, _ := newFake(t, Options{GlobalPerSecond: Unlimited}, always(200, `{"id":"1"}`))
		for i := range 5000 {
			if err := c.Respond(t.Context(), snowflake.ID(i+1), "t", &discordgo.InteractionResponse{Type: 5}); err != nil {
				t.Fatal(err)
			}
		}
		if n := len(tr.buckets.byKey); n > leastSweep {
			t.Errorf("%d buckets are kept", n)
		}
		_, _ = c.Messages(t.Context(), 7, Query{}) // not a page, but it was asked for
		tr.buckets.dropIdle()
		if len(tr.buckets.byKey) != 1 {
			t.Error("a history bucket was dropped while its places rest")
		}
		time.Sleep(5 * time.Second)
		if tr.buckets.dropIdle(); len(tr.buckets.byKey) != 0 {
			t.Error("an idle history bucket is kept")
		}
	})
}
