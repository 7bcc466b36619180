package bot

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"
)

var errDead = errors.New("the process is dead")

// simNet is a network in memory: what is written is there at once, in any amount.
type simNet struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func newSimNet() *simNet { return &simNet{conns: make(chan net.Conn), done: make(chan struct{})} }

func (n *simNet) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }

func (n *simNet) Accept() (net.Conn, error) {
	select {
	case c := <-n.conns:
		return c, nil
	case <-n.done:
		return nil, net.ErrClosed
	}
}

func (n *simNet) Close() error {
	n.once.Do(func() { close(n.done) })
	return nil
}

// line is one process's way into the net, which ends with the process.
type line struct {
	net  *simNet
	mu   sync.Mutex
	dead bool
	all  []*simConn
}

func (l *line) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	up, down := newHalf(), newHalf()
	c := &simConn{r: down, w: up}
	l.mu.Lock()
	c.lag = time.Duration(len(l.all)*len(l.all)%47) * time.Millisecond
	dead := l.dead
	l.all = append(l.all, c)
	l.mu.Unlock()
	if dead {
		return nil, errDead
	}
	select {
	case l.net.conns <- &simConn{r: up, w: down}:
		return c, nil
	case <-l.net.done:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// dialGateway hides from discordgo what the gateway answers to its close frame: it would wait for a
// mutex that is held during a sleep, for which the clock of a bubble doesn't move on.
func (l *line) dialGateway(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := l.dial(ctx, network, address)
	if err == nil {
		c.(*simConn).gateway, c.(*simConn).lag = true, 0
	}
	return c, err
}

// kill cuts all connections: nothing that the process still does is seen by anybody.
func (l *line) kill() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.dead = true
	for _, c := range l.all {
		c.drop()
	}
}
