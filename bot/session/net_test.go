package session

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"sync"
	"testing"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"

	"tally/bot/discordtest"
)

// pipes is a network in memory.
type pipes struct {
	*discordtest.Pipes
	stuck string                                         // an address that can't be reached
	wrap  func(address string, server net.Conn) net.Conn // the server's end, if set
}

func newPipes() *pipes { return &pipes{Pipes: discordtest.NewPipes()} }

func (p *pipes) dial(ctx context.Context, _, address string) (net.Conn, error) {
	if address == p.stuck {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	a, b := net.Pipe()
	if p.wrap != nil {
		b = p.wrap(address, b)
	}
	if err := p.Give(ctx, b); err != nil {
		return nil, err
	}
	return a, nil
}

// session returns a discordgo session that reaches host through the pipes.
func (p *pipes) session(rt func(http.RoundTripper) http.RoundTripper) *discordgo.Session {
	s, _ := discordgo.New("Bot test-token")
	s.Identify.Intents = discordgo.IntentsGuilds | discordgo.IntentsGuildMessages
	s.StateEnabled = false
	s.MaxRestRetries = 0
	s.Client = &http.Client{Transport: rt(&http.Transport{DialContext: p.dial, DisableKeepAlives: true})}
	s.Dialer = &websocket.Dialer{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, NetDialContext: func(ctx context.Context, n, a string) (net.Conn, error) {
		c, err := p.dial(ctx, n, a)
		return &gatewayConn{Conn: c, closed: make(chan struct{})}, err
	}}
	return s
}

// gatewayConn hears nothing after it sent a close frame: discordgo's reader would wait for a lock that is
// held during a sleep, for which the clock of a bubble doesn't move on.
type gatewayConn struct {
	net.Conn
	mu     sync.Mutex
	left   bool
	once   sync.Once
	closed chan struct{}
}

func (c *gatewayConn) Write(b []byte) (int, error) {
	if plain := len(b) == 8 && b[0] == 0x88; plain || len(b) == 8+22 && b[0] == 0x17 {
		c.mu.Lock()
		c.left = true
		c.mu.Unlock()
	}
	return c.Conn.Write(b)
}

func (c *gatewayConn) Read(b []byte) (int, error) {
	for {
		n, err := c.Conn.Read(b)
		c.mu.Lock()
		left := c.left
		c.mu.Unlock()
		switch {
		case !left:
			return n, err
		case err != nil:
			<-c.closed
			return 0, net.ErrClosed
		}
	}
}

func (c *gatewayConn) Close() error {
	c.once.Do(func() { close(c.closed) })
	return c.Conn.Close()
}

// discord is an emulated Discord in a bubble.
type discord struct {
	*discordtest.Server
	pipes *pipes
}

func newDiscord(t *testing.T, o discordtest.Options) *discord {
	p := newPipes()
	o.Listener = p
	if o.Limits.Mode == 0 {
		o.Limits.Mode = discordtest.LimitsHonest
	}
	o.Limits.Global = -1
	return &discord{discordtest.New(o), p}
}

func (d *discord) newSession() *discordgo.Session { return d.pipes.session(d.Transport) }

// clean fails the test if Discord would have found fault with the client, and closes it.
func (d *discord) clean(t *testing.T) {
	t.Helper()
	for _, v := range d.Violations() {
		t.Errorf("violation: %s", v)
	}
	d.Close()
}
