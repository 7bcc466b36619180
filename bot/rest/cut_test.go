package rest

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"
)

// cutRefusal answers 429 with a body that breaks off, and then as it should.
type cutRefusal struct{ sent []time.Time }

func (c *cutRefusal) RoundTrip(r *http.Request) (*http.Response, error) {
	c.sent = append(c.sent, time.Now())
	if len(c.sent) > 1 {
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("[]")), Request: r}, nil
	}
	h := http.Header{"Retry-After": {"7"}, "X-Ratelimit-Scope": {"user"}, "Content-Type": {"application/json"}}
	body := io.MultiReader(strings.NewReader(`{"message":"You are be`), iotest.ErrReader(io.ErrUnexpectedEOF))
	return &http.Response{StatusCode: 429, Header: h, Body: io.NopCloser(body), Request: r}, nil
}

// TestCutRefusal obeys a 429 whose body was cut: its headers have come.
func TestCutRefusal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		next := &cutRefusal{}
		transport, err := NewTransport(Options{GlobalPerSecond: Unlimited, HistoryPerSecond: Unlimited, Next: next})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := NewClient(NewSession("token", transport)).Messages(t.Context(), 7, Query{Before: 50}); err != nil {
			t.Fatal(err)
		}
		if len(next.sent) != 2 || next.sent[1].Sub(next.sent[0]) < 7*time.Second {
			t.Errorf("sent at %v", next.sent)
		}
	})
}
