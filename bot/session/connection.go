package session

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"
)

const (
	// lookEvery is how often it is looked whether a heartbeat was answered.
	lookEvery = time.Second
	// mostFailures is how many attempts in a row may fail before a session is given up: after about
	// two minutes Discord doesn't keep it any longer.
	mostFailures = 6
)

// connection is one discordgo session, which may be opened again and then tries to resume.
type connection struct {
	session *discordgo.Session
	dialer  *websocket.Dialer // as they were before a wire was attached
	client  *http.Client
	take    func(context.Context, Event)
	timing  timing

	ctx    context.Context // ends when the session is given up
	giveUp context.CancelFunc
	gate   chan struct{} // full while an event is given to take, and while there is no connection
	lost   chan struct{} // discordgo has closed the connection; has room for one

	begun  atomic.Bool               // Discord has begun the session: it is resumed from now on
	ready  atomic.Pointer[time.Time] // when READY or RESUMED was taken on this connection
	failed int                       // attempts in a row
}

func (s *Supervisor) connection(ctx context.Context, t timing) *connection {
	c := &connection{session: s.New(), take: s.Take, timing: t, gate: make(chan struct{}, 1), lost: make(chan struct{}, 1)}
	c.ctx, c.giveUp = context.WithCancel(ctx)
	c.gate <- struct{}{}
	c.dialer, c.client = c.session.Dialer, c.session.Client
	c.session.SyncEvents = true // else events would overtake each other
	c.session.ShouldReconnectOnError = false
	c.session.AddHandler(c.dispatched)
	c.session.AddHandler(c.disconnected)
	return c
}

// dispatched is called by discordgo, which may hold its lock: no method of the session can be used here.
func (c *connection) dispatched(_ *discordgo.Session, e *discordgo.Event) {
	if e.Operation != 0 || e.Type == "" {
		return
	}
	c.begun.Store(true)
	c.give(Event{Type: e.Type, Data: e.RawData})
	if e.Type == "READY" || e.Type == "RESUMED" {
		now := time.Now()
		c.ready.Store(&now)
	}
}

func (c *connection) disconnected(*discordgo.Session, *discordgo.Disconnect) {
	select {
	case c.lost <- struct{}{}:
	default:
	}
}

// give hands an event on, unless the session was given up. It gives the session up if that takes too long.
func (c *connection) give(e Event) {
	select {
	case c.gate <- struct{}{}:
	case <-c.ctx.Done():
		return
	}
	defer func() { <-c.gate }()
	if c.ctx.Err() != nil {
		return
	}
	ctx, cancel := context.WithTimeout(c.ctx, c.timing.take)
	defer cancel()
	if c.take(ctx, e); ctx.Err() != nil {
		c.giveUp()
	}
}

// run connects and hands on what comes until the connection is lost, which may have been up for a while.
// When it returns all sockets are cut, and nothing is handed on any more. A session that can't be used
// again is given up.
func (c *connection) run(ctx context.Context) (up time.Duration, err error) {
	w := newWire(ctx)
	defer w.cut()
	w.attach(c.session, c.dialer, c.client)
	c.ready.Store(nil)
	select {
	case <-c.lost:
	default:
	}
	<-c.gate
	c.failed++
	if err = c.open(ctx, w); err == nil {
		c.failed = 0
		opened := time.Now()
		if err = c.watch(ctx, w); w.refused.Load() {
			err = errEnded
		}
		up = max(time.Since(opened), 1)
	}
	if over(err) || c.failed >= mostFailures {
		c.giveUp()
	}
	c.gate <- struct{}{}
	if up > 0 {
		c.take(ctx, Event{Type: Disconnected})
	}
	return up, err
}

// open connects. An attempt that hangs is cut off.
func (c *connection) open(ctx context.Context, w *wire) error {
	result := make(chan error, 1)
	go func() { result <- c.session.Open() }()
	err := errHung
	select {
	case err := <-result:
		return err
	case <-time.After(c.timing.open):
	case <-ctx.Done():
		err = ctx.Err()
	}
	w.cut()
	select {
	case <-result:
	case <-time.After(c.timing.close): // discordgo waits for a lock that it holds itself, for ever
	}
	return err
}
