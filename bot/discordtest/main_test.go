package discordtest

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tally/eventlog/snowflake"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// newServer starts a server that is closed at the end of the test.
func newServer(t testing.TB, o Options) *Server {
	t.Helper()
	s := New(o)
	t.Cleanup(s.Close)
	return s
}

// newChannel makes a server with one guild and one text channel.
func newChannel(t testing.TB, o Options) (*Server, *Guild, snowflake.ID) {
	t.Helper()
	s := newServer(t, o)
	g := s.AddGuild("test")
	return s, g, g.AddChannel(ChannelSpec{Name: "general"})
}

// clean fails the test if the client did what it must not.
func clean(t testing.TB, s *Server) {
	t.Helper()
	for _, v := range s.Violations() {
		t.Errorf("violation: %s", v)
	}
}

// deadline is the context of waits that never run out in a good run.
func deadline(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// answer is a REST answer.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) code(t testing.TB) int {
	t.Helper()
	var e struct{ Code int }
	if err := json.Unmarshal(a.body, &e); err != nil {
		t.Fatalf("body %q: %v", a.body, err)
	}
	return e.Code
}

func (a answer) try(v any) error { return json.Unmarshal(a.body, v) }

func (a answer) into(t testing.TB, v any) {
	t.Helper()
	if err := json.Unmarshal(a.body, v); err != nil {
		t.Fatalf("status %d, body %.300q: %v", a.status, a.body, err)
	}
}

var client = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

// rest sends a REST request with the bot's token.
func rest(t testing.TB, s *Server, method, path, body string) answer {
	t.Helper()
	r, err := http.NewRequest(method, s.URL()+"/api/v10"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bot "+s.Token())
	r.Header.Set("User-Agent", "DiscordBot (http://tally.invalid, 1)")
	r.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, b}
}

func get(t testing.TB, s *Server, path string) answer {
	t.Helper()
	return rest(t, s, "GET", path, "")
}
