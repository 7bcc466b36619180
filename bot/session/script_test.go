package session

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/coder/websocket"
)

// script is a gateway that does as it is told: each connection plays the next scene, the last one again
// and again.
type script struct {
	pipes  *pipes
	http   *http.Server
	url    string // of the gateway
	starts string // session_start_limit
	stuck  bool   // GET /gateway is never answered
	scenes []func(*scene)
	done   sync.WaitGroup

	mu       sync.Mutex
	played   int
	open     int
	identify []time.Time
	resume   []time.Time
	failing  bool // GET /gateway fails
	asked    []time.Time
	live     context.CancelFunc // of the newest connection
}

// scene is one connection.
type scene struct {
	*script
	ws  *websocket.Conn
	ctx context.Context
}

func newScript(t *testing.T, scenes ...func(*scene)) *script {
	s := &script{pipes: newPipes(), url: "ws://gateway.invalid/", scenes: scenes}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v9/gateway", func(w http.ResponseWriter, r *http.Request) {
		if s.stuck {
			<-r.Context().Done()
			return
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.asked = append(s.asked, time.Now())
		if s.failing {
			http.Error(w, "upstream failed", http.StatusInternalServerError)
			return
		}
		_, _ = fmt.Fprintf(w, `{"url":%q}`, s.url)
	})
	mux.HandleFunc("GET /api/v9/gateway/bot", func(w http.ResponseWriter, _ *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.starts == "" {
			http.Error(w, "upstream failed", http.StatusInternalServerError)
			return
		}
		_, _ = fmt.Fprintf(w, `{"url":%q,"shards":1,"session_start_limit":%s}`, s.url, s.starts)
	})
	mux.HandleFunc("/", s.serve)
	s.http = &http.Server{Handler: mux}
	s.done.Go(func() { _ = s.http.Serve(s.pipes) })
	return s
}

func (s *script) serve(w http.ResponseWriter, r *http.Request) {
	s.done.Add(1)
	defer s.done.Done()
	ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		return
	}
	defer ws.CloseNow()
	s.mu.Lock()
	play := s.scenes[min(s.played, len(s.scenes)-1)]
	s.played++
	s.open++
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	s.live = cancel
	s.mu.Unlock()
	play(&scene{s, ws, ctx})
	s.mu.Lock()
	s.open--
	s.mu.Unlock()
}

func (s *script) close() {
	_ = s.http.Close()
	s.done.Wait()
}

func (s *script) newSession() *discordgo.Session {
	return s.pipes.session(func(next http.RoundTripper) http.RoundTripper { return plain{next} })
}

// plain sends to the script what is for Discord.
type plain struct{ http.RoundTripper }

func (p plain) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Scheme = "http"
	return p.RoundTripper.RoundTrip(r)
}

// cut ends the newest connection.
func (s *script) cut() { s.change(func() { s.live() }) }

func (s *script) times(of *[]time.Time) []time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]time.Time(nil), *of...)
}

func (s *script) change(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}
