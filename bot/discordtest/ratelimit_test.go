package discordtest

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tally/eventlog/snowflake"
)

// bubble runs f with a client of a server in a synctest bubble.
func bubble(t *testing.T, o Options, f func(s *Server, ch snowflake.ID, get func(path string) *http.Response)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		l := NewPipes()
		o.Listener = l
		s := New(o)
		defer s.Close()
		ch := s.AddGuild("test").AddChannel(ChannelSpec{})
		c := &http.Client{Transport: l.HTTP()}
		f(s, ch, func(path string) *http.Response {
			r, _ := http.NewRequest("GET", s.URL()+"/api/v10"+path, nil)
			r.Header.Set("Authorization", "Bot "+s.Token())
			r.Header.Set("User-Agent", "DiscordBot (x, 1)")
			resp, err := c.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			b, _ := io.ReadAll(resp.Body)
			resp.Body.Close()
			resp.Body = io.NopCloser(strings.NewReader(string(b)))
			return resp
		})
	})
}

func remaining(r *http.Response) string { return r.Header.Get("X-RateLimit-Remaining") }

func TestHonestLimits(t *testing.T) {
	bubble(t, Options{Limits: Limits{Mode: LimitsHonest}}, func(s *Server, ch snowflake.ID, get func(string) *http.Response) {
		path := "/channels/" + ch.String() + "/messages"
		for round := range 2 {
			for i := range 5 {
				if r := get(path); r.StatusCode != 200 || remaining(r) != strconv.Itoa(4-i) || r.Header.Get("X-RateLimit-Limit") != "5" {
					t.Fatalf("round %d, request %d: %d %v", round, i, r.StatusCode, r.Header)
				}
			}
			time.Sleep(5 * time.Second)
		}
		clean(t, s)
		for range 5 {
			get(path)
		}
		r := get(path)
		var body struct {
			Retry  float64 `json:"retry_after"`
			Global bool
		}
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil || r.StatusCode != 429 || body.Retry != 5 || body.Global {
			t.Fatalf("%d %+v %v", r.StatusCode, body, err)
		}
		if h := s.HistoryRequests(); len(h) != 16 || h[15].Status != 429 || h[15].Channel != ch {
			t.Errorf("recorded %d requests", len(h))
		}
		if len(s.Violations()) != 1 {
			t.Errorf("a 429 against honest headers: %q", s.Violations())
		}
	})
}

func TestLyingLimits(t *testing.T) {
	bubble(t, Options{Limits: Limits{Mode: LimitsLying}}, func(s *Server, ch snowflake.ID, get func(string) *http.Response) {
		path := "/channels/" + ch.String() + "/messages"
		for range 5 {
			if r := get(path); r.StatusCode != 200 || remaining(r) != "999" || r.Header.Get("X-RateLimit-Limit") != "1000" {
				t.Fatalf("%d %v", r.StatusCode, r.Header)
			}
		}
		r := get(path)
		if r.StatusCode != 429 || remaining(r) != "0" || r.Header.Get("X-RateLimit-Limit") != "5" || r.Header.Get("Retry-After") != "5" {
			t.Fatalf("%d %v", r.StatusCode, r.Header)
		}
		clean(t, s)
	})
}

func TestGlobalLimit(t *testing.T) {
	bubble(t, Options{Limits: Limits{Mode: LimitsHonest, Requests: 1000}}, func(s *Server, ch snowflake.ID, get func(string) *http.Response) {
		for range 50 {
			if r := get("/users/@me"); r.StatusCode != 200 {
				t.Fatal(r.StatusCode)
			}
		}
		r := get("/users/@me")
		if r.StatusCode != 429 || r.Header.Get("X-RateLimit-Global") != "true" || r.Header.Get("X-RateLimit-Reset-After") != "" {
			t.Fatalf("%d %v", r.StatusCode, r.Header)
		}
		clean(t, s)
		time.Sleep(500 * time.Millisecond)
		get("/channels/" + ch.String())
		if len(s.Violations()) != 1 {
			t.Errorf("going on after a global 429: %q", s.Violations())
		}
	})
}

func TestInvalidRequests(t *testing.T) {
	s := newServer(t, Options{InvalidLimit: 60})
	for range 61 {
		r, _ := http.NewRequest("GET", s.URL()+"/api/v10/users/@me", nil)
		r.Header.Set("User-Agent", "DiscordBot (x, 1)")
		resp, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != 401 {
			t.Fatal(resp.StatusCode)
		}
	}
	if a := get(t, s, "/users/@me"); a.status != 429 || string(a.body) != "error code: 1015" {
		t.Errorf("ban: %d %s", a.status, a.body)
	}
	if v := s.Violations(); len(v) != 3 { // 401s, a row of invalids, the ban
		t.Errorf("violations %q", v)
	}
}

func TestFaults(t *testing.T) {
	s, _, ch := newChannel(t, Options{})
	s.OnRequest(func(r *http.Request) *Fault {
		if r.Method == "POST" {
			return &Fault{Status: 502, Body: "bad gateway", After: true}
		}
		return &Fault{Cut: true}
	})
	if a := rest(t, s, "POST", "/channels/"+ch.String()+"/messages", `{"content":"x","allowed_mentions":{"parse":[]}}`); a.status != 502 {
		t.Errorf("got %d", a.status)
	}
	if _, err := client.Get(s.URL() + "/api/v10/gateway"); err == nil {
		t.Error("not cut")
	}
	if m := s.Messages(ch); len(m) != 1 || m[0].Content != "x" {
		t.Errorf("carried out: %+v", m)
	}
}
