package rest

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tally/eventlog/snowflake"
)

// limits stand for those of Discord: so many pages of a channel in a window that its first request opens.
type limits struct {
	mu      sync.Mutex
	most    int
	window  time.Duration
	tell    telling
	latency func(n int) time.Duration

	open          map[string]*window
	asked, denied int
	given         map[string]int
}

type window struct {
	reset time.Time
	used  int
}

// telling is what the headers say.
type telling int

const (
	honest telling = iota
	lying          // 999 of 1000 remain, until nothing does
	mute           // nothing but Retry-After
)

func (l *limits) answer(n int, r *http.Request) (*http.Response, error) {
	if l.latency != nil {
		time.Sleep(l.latency(n) / 2)
		defer func() { time.Sleep(l.latency(n) - l.latency(n)/2) }()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	w := l.open[r.URL.Path]
	if w == nil || !now.Before(w.reset) {
		w = &window{reset: now.Add(l.window)}
		l.open[r.URL.Path] = w
	}
	l.asked++
	wait := math.Ceil(w.reset.Sub(now).Seconds()*1000) / 1000
	if w.used >= l.most {
		l.denied++
		headers := []string{"Retry-After", strconv.Itoa(int(math.Ceil(wait)))}
		if l.tell != mute {
			headers = append(headers, l.headers(l.most, 0, wait)...)
		}
		return reply(429, fmt.Sprintf(`{"retry_after":%.3f}`, wait), headers...), nil
	}
	w.used++
	l.given[r.URL.Path]++
	switch l.tell {
	case honest:
		return reply(200, "[]", l.headers(l.most, l.most-w.used, wait)...), nil
	case lying:
		return reply(200, "[]", l.headers(1000, 999, wait)...), nil
	}
	return reply(200, "[]"), nil
}

func (l *limits) headers(limit, remaining int, reset float64) []string {
	return []string{"X-RateLimit-Limit", strconv.Itoa(limit), "X-RateLimit-Remaining", strconv.Itoa(remaining),
		"X-RateLimit-Reset-After", strconv.FormatFloat(reset, 'f', 3, 64)}
}

func (l *limits) set(most int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.most = most
}

// least returns the fewest pages that a channel got since it was asked last.
func (l *limits) least() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	least := math.MaxInt
	for _, n := range l.given {
		least = min(least, n)
	}
	clear(l.given)
	return least
}

func (l *limits) counts() (asked, denied int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.asked, l.denied
}

// reading reads channels without an end while test runs.
func reading(t *testing.T, channels int, l *limits, test func(*Transport)) {
	synctest.Test(t, func(t *testing.T) {
		l.open, l.given = map[string]*window{}, map[string]int{}
		c, tr, _ := newFake(t, Options{}, l.answer)
		ctx, stop := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for i := range channels {
			wg.Go(func() {
				ctx := WithPagesLeft(ctx, float64(1e6-i))
				for ctx.Err() == nil {
					_, _ = c.Messages(ctx, snowflake.ID(i+1), Query{})
				}
			})
		}
		test(tr)
		stop()
		wg.Wait()
	})
}

// TestPaceIsFound has any limit from 1 to 10 pages a second, told in any way, and reads as fast as it allows.
func TestPaceIsFound(t *testing.T) {
	for perSecond := 1; perSecond <= 10; perSecond++ {
		for _, window := range []time.Duration{time.Second, 5 * time.Second} {
			for name, tell := range map[string]telling{"honest": honest, "lying": lying, "mute": mute} {
				if tell == mute && perSecond%3 != 1 {
					continue // they need more time to be found
				}
				t.Run(fmt.Sprintf("%d a second in %s, %s", perSecond, window, name), func(t *testing.T) {
					l := &limits{most: perSecond * int(window/time.Second), window: window, tell: tell}
					reading(t, 3, l, func(*Transport) {
						warm, span := 2*time.Minute, 50*time.Second
						switch tell {
						case honest:
							warm = 5 * time.Second
						case mute:
							warm = 30 * time.Minute
						}
						time.Sleep(warm)
						l.least()
						time.Sleep(span)
						if got, want := float64(l.least()), float64(perSecond)*span.Seconds(); got < 0.97*want {
							t.Errorf("%.0f pages of a channel in %s, %.0f are allowed", got, span, want)
						}
						switch asked, denied := l.counts(); {
						case tell == honest && denied > 0:
							t.Errorf("%d refused although the headers tell", denied)
						case denied*askedPerRefusal > asked:
							t.Errorf("%d of %d refused", denied, asked)
						}
					})
				})
			}
		}
	}
}

// TestPaceFollows lowers the limit in the middle, and raises it again.
func TestPaceFollows(t *testing.T) {
	for name, tell := range map[string]telling{"honest": honest, "lying": lying, "mute": mute} {
		t.Run(name, func(t *testing.T) {
			l := &limits{most: 40, window: 5 * time.Second, tell: tell}
			reading(t, 5, l, func(*Transport) {
				time.Sleep(5 * time.Minute)
				_, before := l.counts()
				l.set(10)
				time.Sleep(10 * time.Second)
				if _, denied := l.counts(); denied-before > 5 {
					t.Errorf("%d refused after the limit fell", denied-before)
				}
				l.least()
				time.Sleep(100 * time.Second)
				if got := l.least(); got < 194 {
					t.Errorf("%d pages of a channel in 100 s, 200 are allowed", got)
				}
				l.set(50)
				time.Sleep(10 * time.Minute)
				l.least()
				time.Sleep(100 * time.Second)
				if got := l.least(); got < 900 {
					t.Errorf("%d pages of a channel in 100 s, 1000 are allowed", got)
				}
				if asked, denied := l.counts(); denied*askedPerRefusal > asked {
					t.Errorf("%d of %d refused", denied, asked)
				}
			})
		})
	}
}

// TestPaceAndLatency has answers take their time, each another: Discord sees the requests at other distances
// than they were sent.
func TestPaceAndLatency(t *testing.T) {
	for name, tell := range map[string]telling{"honest": honest, "lying": lying, "mute": mute} {
		t.Run(name, func(t *testing.T) {
			l := &limits{most: 25, window: 5 * time.Second, tell: tell, latency: func(n int) time.Duration {
				return time.Duration(30+n*37%60) * time.Millisecond
			}}
			reading(t, 8, l, func(*Transport) {
				time.Sleep(2 * time.Minute)
				l.least()
				time.Sleep(100 * time.Second)
				if got := l.least(); got < 460 {
					t.Errorf("%d pages of a channel in 100 s, 500 are allowed", got)
				}
				if asked, denied := l.counts(); denied*askedPerRefusal > asked {
					t.Errorf("%d of %d refused", denied, asked)
				}
			})
		})
	}
}

// TestTurns goes by weight, then by who came first.
func TestTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var order []string
		c, _, _ := newFake(t, Options{GlobalPerSecond: 1}, func(_ int, r *http.Request) (*http.Response, error) {
			mu.Lock()
			defer mu.Unlock()
			order = append(order, strings.Split(r.URL.Path, "/")[4])
			return reply(200, "[]"), nil
		})
		var wg sync.WaitGroup
		for i, ctx := range []context.Context{
			WithPagesLeft(t.Context(), 1), WithPagesLeft(t.Context(), 5), Background(WithPagesLeft(t.Context(), 9)),
			WithPagesLeft(t.Context(), 7), t.Context(), WithPagesLeft(t.Context(), 7), t.Context(),
		} {
			wg.Go(func() { read(t, c, ctx, snowflake.ID(i)) })
			synctest.Wait() // the first one goes at once
		}
		wg.Wait()
		if got := strings.Join(order, ""); got != "0463512" {
			t.Errorf("order %s", got)
		}
	})
}
