package discordtest

import (
	"context"
	"net"
	"net/http"
	"sync"
)

// Pipes is a network in memory, for synctest bubbles: give it as Options.Listener, and dial it.
type Pipes struct {
	conns chan net.Conn
	once  sync.Once
	done  chan struct{}
}

// NewPipes returns a network on which nobody has dialled yet.
func NewPipes() *Pipes { return &Pipes{conns: make(chan net.Conn), done: make(chan struct{})} }

// Accept waits for somebody to dial.
func (p *Pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

// Close refuses everybody from now on.
func (p *Pipes) Close() error {
	p.once.Do(func() { close(p.done) })
	return nil
}

// Addr returns an address that nobody has.
func (p *Pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }

// Dial makes a connection, wherever it is asked for.
func (p *Pipes) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	a, b := net.Pipe()
	if err := p.Give(ctx, b); err != nil {
		return nil, err
	}
	return a, nil
}

// Give has the listener accept the server's end of a connection.
func (p *Pipes) Give(ctx context.Context, server net.Conn) error {
	select {
	case p.conns <- server:
		return nil
	case <-p.done:
		return net.ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

// HTTP returns a transport over the network.
func (p *Pipes) HTTP() *http.Transport {
	return &http.Transport{DialContext: p.Dial, DisableKeepAlives: true}
}
