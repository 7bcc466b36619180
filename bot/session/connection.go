package session

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"
)

// lookEvery is how often it is looked whether a heartbeat was answered.
const lookEvery = time.Second

var (
	errHung = errors.New("the gateway didn't answer in time")
	errLost = errors.New("the connection was lost")
)

// connection is one discordgo session, which may be opened again and then tries to resume.
type connection struct {
	session *discordgo.Session
	lost    chan struct{} // has room for one

	mu      sync.Mutex
	sockets []net.Conn // of the last attempt, to be cut off when it hangs
}

func (s *Supervisor) connection(ctx context.Context) *connection {
	c := &connection{session: s.New(), lost: make(chan struct{}, 1)}
	dialer := *websocket.DefaultDialer
	dial := (&net.Dialer{Timeout: openTimeout / 2}).DialContext
	if d := c.session.Dialer; d != nil && d.NetDialContext != nil {
		dial = d.NetDialContext
	}
	dialer.NetDialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err == nil {
			c.mu.Lock()
			c.sockets = append(c.sockets, conn)
			c.mu.Unlock()
		}
		return conn, err
	}
	c.session.Dialer = &dialer
	c.session.AddHandler(func(_ *discordgo.Session, e *discordgo.Event) {
		if e.Operation == 0 && e.Type != "" {
			s.Take(ctx, Event{Type: e.Type, Data: e.RawData})
		}
	})
	c.session.AddHandler(func(*discordgo.Session, *discordgo.Disconnect) {
		select {
		case c.lost <- struct{}{}:
		default:
		}
	})
	return c
}

// open connects. An attempt that hangs is cut off and abandoned: its session can't be used again.
func (c *connection) open(ctx context.Context) (bool, error) {
	c.mu.Lock()
	c.sockets = nil
	c.mu.Unlock()
	select {
	case <-c.lost:
	default:
	}
	result := make(chan error, 1)
	go func() { result <- c.session.Open() }()
	select {
	case err := <-result:
		return err == nil, err
	case <-time.After(openTimeout):
	case <-ctx.Done():
	}
	c.cut()
	return false, errHung
}

// wait returns when the connection is lost or ctx ends. It calls acknowledged after each heartbeat that
// was answered; discordgo tells of that in a field only.
func (c *connection) wait(ctx context.Context, acknowledged func()) error {
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	last := c.acknowledged()
	for {
		select {
		case <-c.lost:
			return errLost
		case <-ctx.Done():
			return ctx.Err()
		case <-look.C:
			if now := c.acknowledged(); now.After(last) {
				last = now
				acknowledged()
			}
		}
	}
}

func (c *connection) acknowledged() time.Time {
	c.session.RLock()
	defer c.session.RUnlock()
	return c.session.LastHeartbeatAck
}

// close ends the connection, politely if that works in time.
func (c *connection) close() {
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = c.session.Close() // there is nothing left to be done about an error
	}()
	select {
	case <-done:
	case <-time.After(closeTimeout):
	}
	c.cut()
}

func (c *connection) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.sockets {
		_ = s.Close()
	}
	c.sockets = nil
}
