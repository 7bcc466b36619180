package discordtest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// conn is one gateway connection. The HTTP handler's goroutine reads, a second one writes; the
// first waits for the second.
type conn struct {
	s      *Server
	ws     *websocket.Conn
	ctx    context.Context
	cancel context.CancelFunc
	wake   chan struct{} // 1: there may be something to write
	done   chan struct{} // closed when the handler is through and the session detached

	mu     sync.Mutex
	ctl    [][]byte // frames that are no dispatches
	ending *ending
	sess   *session
	rival  bool // a second session of the shard has started since
	beat   time.Time
	beats  int

	minute time.Time // start of the window of frames
	frames int
}

// ending is how a connection is to be closed; code 0: cut, without a close frame.
type ending struct {
	code   websocket.StatusCode
	reason string
}

// serveGateway is the websocket endpoint.
func (s *Server) serveGateway(w http.ResponseWriter, r *http.Request) {
	s.wg.Add(1)
	defer s.wg.Done()
	ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		return // Accept has answered
	}
	ws.SetReadLimit(1 << 20) // longer frames than Discord takes must be read to be refused
	c := &conn{s: s, ws: ws, wake: make(chan struct{}, 1), done: make(chan struct{}), beat: time.Now()}
	c.ctx, c.cancel = context.WithCancel(s.ctx)
	defer close(c.done)
	s.hub.track(c)
	defer s.hub.untrack(c)
	c.greet(r)
	var writer sync.WaitGroup
	writer.Go(c.writeLoop)
	killed := c.readLoop()
	c.cancel()
	writer.Wait()
	_ = ws.CloseNow()
	if x := c.session(); x != nil {
		x.detach(c, killed)
		s.hub.news.fire()
	}
}

// greet says hello, or refuses a version or an encoding.
func (c *conn) greet(r *http.Request) {
	q := r.URL.Query()
	switch v := q.Get("v"); {
	case v != "" && v != "9" && v != "10":
		c.end(4012, "Invalid API version")
	case q.Get("encoding") != "" && q.Get("encoding") != "json", q.Get("compress") != "":
		c.s.viol.add("gateway: asked for encoding %q, compress %q", q.Get("encoding"), q.Get("compress"))
		c.end(4002, "Error while decoding payload.")
	case c.s.rules.silent():
	default:
		c.control(10, map[string]any{"heartbeat_interval": c.s.opts.HeartbeatInterval.Milliseconds()})
	}
}

// readLoop handles the client's frames until the connection ends; killed says that the client
// closed it with 1000 or 1001, which ends the session too.
func (c *conn) readLoop() (killed bool) {
	for {
		_, b, err := c.ws.Read(c.ctx)
		if err != nil {
			code := websocket.CloseStatus(err)
			return code == websocket.StatusNormalClosure || code == websocket.StatusGoingAway
		}
		c.handle(b)
	}
}

// frame is what a client sends.
type frame struct {
	Op *int            `json:"op"`
	D  json.RawMessage `json:"d"`
}

func (c *conn) handle(b []byte) {
	var f frame
	switch err := json.Unmarshal(b, &f); {
	case c.tooMany():
		c.s.viol.add("gateway: more than 120 frames in 60 s")
		c.end(4008, "You are being rate limited.")
		return
	case len(b) > 4096 || err != nil || f.Op == nil:
		c.s.viol.add("gateway: a frame of %d bytes that can't be taken: %.100s", len(b), b)
		c.end(4002, "Error while decoding payload.")
		return
	}
	switch *f.Op {
	case 1:
		c.heartbeat()
	case 2:
		c.identify(f.D)
	case 6:
		c.resume(f.D)
	case 3, 4, 8, 31, 43:
		if c.session() == nil {
			c.end(4003, "Not authenticated.")
		}
	default:
		c.s.viol.add("gateway: unknown op %d", *f.Op)
		c.end(4001, "Unknown opcode.")
	}
}

// tooMany counts frames: 120 in 60 s are allowed.
func (c *conn) tooMany() bool {
	if now := time.Now(); now.Sub(c.minute) >= time.Minute {
		c.minute, c.frames = now, 0
	}
	c.frames++
	return c.frames > 120
}

func (c *conn) heartbeat() {
	c.mu.Lock()
	c.beat = time.Now()
	c.beats++
	rival := c.rival
	c.rival = false
	c.mu.Unlock()
	if rival {
		c.s.viol.add("gateway: two sessions of one shard at the same time")
	}
	if !c.s.rules.mute() {
		c.control(11, nil)
	}
	c.s.hub.news.fire()
}

func (c *conn) session() *session {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sess
}

// control queues a frame that is no dispatch.
func (c *conn) control(op int, d any) {
	b := mustJSON(map[string]any{"op": op, "d": d, "s": nil, "t": nil})
	c.mu.Lock()
	c.ctl = append(c.ctl, b)
	c.mu.Unlock()
	c.poke()
}

// end closes the connection from the server's side; code 0 cuts it.
func (c *conn) end(code int, reason string) {
	c.mu.Lock()
	if c.ending == nil {
		c.ending = &ending{websocket.StatusCode(code), reason}
	}
	c.mu.Unlock()
	c.poke()
	if code == 0 {
		c.cancel()
	}
}

func (c *conn) poke() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// endf is end with a violation that says why.
func (c *conn) endf(code int, reason, format string, args ...any) {
	c.s.viol.add("gateway: "+format, args...)
	c.end(code, fmt.Sprintf("%s.", reason))
}
