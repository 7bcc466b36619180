package discordtest

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"tally/eventlog/snowflake"
)

// fetch sends a request and reads what comes of the answer.
func fetch(t *testing.T, s *Server, ch snowflake.ID) (*http.Response, string, error) {
	t.Helper()
	r, err := http.NewRequest("GET", s.URL()+"/api/v10/channels/"+ch.String()+"/messages", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header = http.Header{"Authorization": {"Bot " + s.Token()}, "User-Agent": {"DiscordBot (http://tally.invalid, 1)"}}
	a, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	b, err := io.ReadAll(a.Body)
	return a, string(b), err
}

func TestFaultyAnswers(t *testing.T) {
	s, _, ch := newChannel(t, Options{})
	s.Send(ch, Message{})
	_, whole, err := fetch(t, s, ch)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		fault  Fault
		status int
		body   string
		err    error
	}{
		"slow":           {fault: Fault{Slow: 40 * time.Millisecond}, status: 200, body: whole},
		"half":           {fault: Fault{Half: true}, status: 200, body: whole[:len(whole)/2], err: io.ErrUnexpectedEOF},
		"slow and half":  {fault: Fault{Slow: 40 * time.Millisecond, Half: true}, status: 200, body: whole[:len(whole)/2], err: io.ErrUnexpectedEOF},
		"half an error":  {fault: Fault{Status: 502, Body: "bad gateway!", Half: true}, status: 502, body: "bad ga", err: io.ErrUnexpectedEOF},
		"null":           {fault: Fault{Status: 200, Body: "null"}, status: 200, body: "null"},
		"delayed":        {fault: Fault{Delay: time.Millisecond}, status: 200, body: whole},
		"Cloudflare":     {fault: *Cloudflare(1500 * time.Millisecond), status: 429, body: Cloudflare(0).Body},
		"carried out":    {fault: Fault{Status: 500, Body: "late", After: true}, status: 500, body: "late"},
		"nothing is cut": {fault: Fault{}, status: 200, body: whole},
	} {
		s.OnRequest(func(*http.Request) *Fault { return &c.fault })
		start := time.Now()
		a, body, err := fetch(t, s, ch)
		if a.StatusCode != c.status || body != c.body || !errors.Is(err, c.err) {
			t.Errorf("%s: %d %q, %v", name, a.StatusCode, body, err)
		}
		if c.fault.Slow > 0 && time.Since(start) < c.fault.Slow/2 {
			t.Errorf("%s: the body took %v", name, time.Since(start))
		}
	}
	clean(t, s)
}

func TestCloudflare(t *testing.T) {
	s, _, ch := newChannel(t, Options{})
	s.OnRequest(func(*http.Request) *Fault { return Cloudflare(1500 * time.Millisecond) })
	a, body, err := fetch(t, s, ch)
	h := a.Header
	if err != nil || h.Get("Retry-After") != "2" || h.Get("X-RateLimit-Scope") != "" ||
		!strings.HasPrefix(h.Get("Content-Type"), "text/html") || !strings.Contains(body, "error code: 1015") {
		t.Errorf("%v %q, %v", h, body, err)
	}
	s.OnRequest(func(*http.Request) *Fault { return Cloudflare(0) })
	if a, _, _ := fetch(t, s, ch); a.Header.Get("Retry-After") != "" {
		t.Errorf("Retry-After %q", a.Header.Get("Retry-After"))
	}
}
