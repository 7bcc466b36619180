package bot

import (
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// half is one direction of a connection.
type half struct {
	mu     sync.Mutex
	buf    []byte
	closed bool
	news   chan struct{}
}

func newHalf() *half { return &half{news: make(chan struct{})} }

func (h *half) change(f func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	f()
	close(h.news)
	h.news = make(chan struct{})
}

// simConn is one end of a connection. r.mu guards all but w.
type simConn struct {
	r, w    *half
	until   time.Time     // reads end then; zero: never
	gateway bool          // it is discordgo's end of a gateway connection
	left    bool          // which has sent a close frame
	closed  bool          // by this end
	lag     time.Duration // before what is read is handed on
}

func (c *simConn) Read(b []byte) (int, error) {
	for {
		n, news, until, err := c.take(b)
		if n > 0 || err != nil {
			time.Sleep(c.lag)
			return n, err
		}
		var timeout <-chan time.Time
		if !until.IsZero() {
			timeout = time.After(time.Until(until))
		}
		select {
		case <-news:
		case <-timeout:
		}
	}
}

// take reads what is there; news is closed when there may be more.
func (c *simConn) take(b []byte) (n int, news chan struct{}, until time.Time, err error) {
	c.r.mu.Lock()
	defer c.r.mu.Unlock()
	switch {
	case c.closed:
		err = net.ErrClosed
	case !c.until.IsZero() && !time.Now().Before(c.until):
		err = os.ErrDeadlineExceeded
	case c.left: // hears nothing more
	case len(c.r.buf) > 0:
		n = copy(b, c.r.buf)
		c.r.buf = c.r.buf[n:]
	case c.r.closed:
		err = io.EOF
	}
	return n, c.r.news, c.until, err
}

func (c *simConn) Write(b []byte) (n int, err error) {
	const closeFrame = 0x88
	if c.gateway && len(b) > 0 && b[0] == closeFrame {
		c.r.change(func() { c.left = true })
	}
	c.w.change(func() {
		switch {
		case !c.w.closed:
		case c.gateway: // as TCP, it finds out later
			n = len(b)
			return
		default:
			err = io.ErrClosedPipe
			return
		}
		c.w.buf = append(c.w.buf, b...)
		n = len(b)
	})
	return n, err
}

func (c *simConn) Close() error {
	c.w.change(func() { c.w.closed = true })
	c.r.change(func() { c.r.closed, c.closed = true, true })
	return nil
}

// drop cuts the connection without telling a gateway's client, for the same reason as in dialGateway.
func (c *simConn) drop() {
	if !c.gateway {
		_ = c.Close()
		return
	}
	c.w.change(func() { c.w.closed = true })
	c.r.change(func() { c.r.closed, c.left = true, true })
}

func (c *simConn) SetReadDeadline(t time.Time) error {
	c.r.change(func() { c.until = t })
	return nil
}

func (c *simConn) LocalAddr() net.Addr              { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }
func (c *simConn) RemoteAddr() net.Addr             { return c.LocalAddr() }
func (c *simConn) SetDeadline(t time.Time) error    { return c.SetReadDeadline(t) }
func (c *simConn) SetWriteDeadline(time.Time) error { return nil }
