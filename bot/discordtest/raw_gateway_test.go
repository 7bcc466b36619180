package discordtest

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
)

// dial opens a bare websocket to the gateway.
func dial(t *testing.T, s *Server) *websocket.Conn {
	t.Helper()
	ws, _, err := websocket.Dial(deadline(t), s.gatewayURL()+"?v=10&encoding=json", nil)
	if err != nil {
		t.Fatal(err)
	}
	ws.SetReadLimit(1 << 24)
	t.Cleanup(func() { _ = ws.CloseNow() })
	return ws
}

func say(t *testing.T, ws *websocket.Conn, format string, args ...any) {
	t.Helper()
	if err := ws.Write(deadline(t), websocket.MessageText, fmt.Appendf(nil, format, args...)); err != nil {
		t.Fatal(err)
	}
}

type packet struct {
	Op int
	S  int64
	T  string
	D  json.RawMessage
}

// hear reads packets up to the first for which ok holds; the error is the connection's.
func hear(ctx context.Context, ws *websocket.Conn, ok func(packet, websocket.MessageType) bool) (packet, error) {
	for {
		kind, b, err := ws.Read(ctx)
		if err != nil {
			return packet{}, err
		}
		if kind == websocket.MessageBinary {
			z, err := zlib.NewReader(bytes.NewReader(b))
			if err != nil {
				return packet{}, err
			}
			if b, err = io.ReadAll(z); err != nil {
				return packet{}, err
			}
		}
		var p packet
		if err := json.Unmarshal(b, &p); err != nil {
			return p, err
		}
		if ok(p, kind) {
			return p, nil
		}
	}
}

func isType(t string) func(packet, websocket.MessageType) bool {
	return func(p packet, _ websocket.MessageType) bool { return p.T == t }
}

const hello = `{"op":2,"d":{"token":"test-token","intents":513,"properties":{}}}`

func TestCloseCodes(t *testing.T) {
	for _, c := range []struct {
		name, frame string
		code        websocket.StatusCode
		violation   bool
	}{
		{"wrong token", `{"op":2,"d":{"token":"x","intents":513}}`, 4004, true},
		{"no intents", `{"op":2,"d":{"token":"test-token"}}`, 4013, true},
		{"privileged intent", `{"op":2,"d":{"token":"test-token","intents":33281}}`, 4014, false},
		{"bad shard", `{"op":2,"d":{"token":"test-token","intents":513,"shard":[2,2]}}`, 4010, true},
		{"unknown op", `{"op":99}`, 4001, true},
		{"no JSON", `{`, 4002, true},
		{"too long", `{"op":1,"d":"` + strings.Repeat("x", 4096) + `"}`, 4002, true},
		{"not identified", `{"op":3,"d":{}}`, 4003, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newServer(t, Options{})
			ws := dial(t, s)
			say(t, ws, "%s", c.frame)
			_, err := hear(deadline(t), ws, isType("never"))
			if websocket.CloseStatus(err) != c.code {
				t.Errorf("closed with %v, want %d", err, c.code)
			}
			if v := s.Violations(); (len(v) > 0) != c.violation {
				t.Errorf("violations %q", v)
			}
		})
	}
}

func TestCloseByClientEndsSession(t *testing.T) {
	for code, wantOp := range map[websocket.StatusCode]int{1000: 9, 1001: 9, 4000: 0, 1012: 0} {
		s := newServer(t, Options{})
		ws := dial(t, s)
		say(t, ws, hello)
		p, err := hear(deadline(t), ws, isType("READY"))
		if err != nil {
			t.Fatal(err)
		}
		var ready struct {
			ID string `json:"session_id"`
		}
		if err := json.Unmarshal(p.D, &ready); err != nil {
			t.Fatal(err)
		}
		_ = ws.Close(code, "")
		ws = dial(t, s)
		say(t, ws, `{"op":6,"d":{"token":"Bot test-token","session_id":%q,"seq":1}}`, ready.ID)
		p, err = hear(deadline(t), ws, func(p packet, _ websocket.MessageType) bool { return p.Op != 10 })
		if err != nil || p.Op != wantOp || wantOp == 0 && p.T != "RESUMED" {
			t.Errorf("after close %d: %+v, %v", code, p, err)
		}
	}
}

func TestCompression(t *testing.T) {
	s, g, _ := newChannel(t, Options{})
	for range 20 {
		g.AddChannel(ChannelSpec{Name: "more"})
	}
	ws := dial(t, s)
	say(t, ws, `{"op":2,"d":{"token":"test-token","intents":513,"compress":true}}`)
	_, err := hear(deadline(t), ws, func(p packet, kind websocket.MessageType) bool {
		return p.T == "GUILD_CREATE" && kind == websocket.MessageBinary
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestTwoSessionsOfOneShard(t *testing.T) {
	s := newServer(t, Options{})
	first := dial(t, s)
	say(t, first, hello)
	if _, err := hear(deadline(t), first, isType("READY")); err != nil {
		t.Fatal(err)
	}
	second := dial(t, s)
	say(t, second, hello)
	for range 2 { // the server asks the first for a heartbeat; it answers
		if _, err := hear(deadline(t), first, func(p packet, _ websocket.MessageType) bool { return p.Op == 1 || p.Op == 11 }); err != nil {
			t.Fatal(err)
		}
		say(t, first, `{"op":1,"d":1}`)
	}
	if v := s.Violations(); len(v) != 1 || !strings.Contains(v[0], "two sessions") {
		t.Errorf("violations %q", v)
	}
}

func TestFloodAndIdentifyLimit(t *testing.T) {
	s := newServer(t, Options{Limits: Limits{Mode: LimitsHonest}})
	ws := dial(t, s)
	say(t, ws, hello)
	if _, err := hear(deadline(t), ws, isType("READY")); err != nil {
		t.Fatal(err)
	}
	for range 120 {
		say(t, ws, `{"op":1,"d":1}`)
	}
	if _, err := hear(deadline(t), ws, isType("never")); websocket.CloseStatus(err) != 4008 {
		t.Errorf("after 121 frames: %v", err)
	}
	ws = dial(t, s)
	say(t, ws, hello)
	p, err := hear(deadline(t), ws, func(p packet, _ websocket.MessageType) bool { return p.Op != 10 })
	if err != nil || p.Op != 9 {
		t.Errorf("second IDENTIFY at once: %+v, %v", p, err)
	}
	if v := s.Violations(); len(v) != 2 {
		t.Errorf("violations %q", v)
	}
}

func TestSilentClientIsClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewPipes()
		s := New(Options{Listener: l})
		defer s.Close()
		ws, _, err := websocket.Dial(t.Context(), s.gatewayURL(), &websocket.DialOptions{HTTPClient: &http.Client{Transport: l.HTTP()}})
		if err != nil {
			t.Fatal(err)
		}
		defer ws.CloseNow()
		start := time.Now()
		_, err = hear(t.Context(), ws, isType("never"))
		if websocket.CloseStatus(err) != 4009 || time.Since(start) != 2*41250*time.Millisecond {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
	})
}
