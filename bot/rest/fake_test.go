package rest

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tally/eventlog/snowflake"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const secret = "a-very-secret-token"

// sent is one request as the fake saw it.
type sent struct {
	at     time.Time
	method string
	path   string // with the query
	body   string
}

// fake stands for Discord below the transport. answer is called with the number of the request, from 1.
type fake struct {
	mu     sync.Mutex
	log    []sent
	answer func(n int, r *http.Request) (*http.Response, error)
}

func (f *fake) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
	}
	f.mu.Lock()
	f.log = append(f.log, sent{time.Now(), r.Method, r.URL.RequestURI(), string(body)})
	n := len(f.log)
	f.mu.Unlock()
	return f.answer(n, r)
}

func (f *fake) sent() []sent {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]sent(nil), f.log...)
}

// reply makes an answer; headers are names and values in turn.
func reply(status int, body string, headers ...string) *http.Response {
	h := http.Header{}
	for i := 0; i < len(headers); i += 2 {
		h.Set(headers[i], headers[i+1])
	}
	return &http.Response{
		Status: http.StatusText(status), StatusCode: status, Header: h,
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}
}

// always answers every request alike.
func always(status int, body string, headers ...string) func(int, *http.Request) (*http.Response, error) {
	return func(int, *http.Request) (*http.Response, error) { return reply(status, body, headers...), nil }
}

// first answers the first n requests with one answer, the others with 200 and an empty list.
func first(n int, one func(int, *http.Request) (*http.Response, error)) func(int, *http.Request) (*http.Response, error) {
	return func(i int, r *http.Request) (*http.Response, error) {
		if i <= n {
			return one(i, r)
		}
		return reply(200, "[]"), nil
	}
}

func newFake(t *testing.T, o Options, answer func(int, *http.Request) (*http.Response, error)) (*Client, *Transport, *fake) {
	t.Helper()
	f := &fake{answer: answer}
	o.Next = f
	tr, err := NewTransport(o)
	if err != nil {
		t.Fatal(err)
	}
	return NewClient(NewSession(secret, tr)), tr, f
}

// busiest returns the most requests in any span of the given length, its end excluded.
func busiest(log []sent, span time.Duration) int {
	most := 0
	for i := range log {
		n := 0
		for _, s := range log[i:] {
			if s.at.Sub(log[i].at) < span {
				n++
			}
		}
		most = max(most, n)
	}
	return most
}

// together runs f n times at once and waits.
func together(n int, f func(i int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { f(i) })
	}
	wg.Wait()
}

func read(t *testing.T, c *Client, ctx context.Context, channel snowflake.ID) {
	t.Helper()
	if _, err := c.Messages(ctx, channel, Query{}); err != nil {
		t.Error(err)
	}
}
