package session

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync/atomic"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"
)

// wire is how a session reaches Discord for one connection. cut ends all of it, requests and sockets, at
// whatever point discordgo is by then.
type wire struct {
	ctx     context.Context
	cut     context.CancelFunc
	refused atomic.Bool // an IDENTIFY that answered op 9
	polite  atomic.Bool // the connection may be closed with a close frame, which ends the session
}

// newWire returns a wire that outlives ctx, by a polite goodbye.
func newWire(ctx context.Context) *wire {
	w := &wire{}
	w.ctx, w.cut = context.WithCancel(context.WithoutCancel(ctx))
	return w
}

// attach makes the session use w. Only its dialer and its client change.
func (w *wire) attach(s *discordgo.Session, dialer *websocket.Dialer, client *http.Client) {
	d := *dialer
	dial := d.NetDialContext
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	d.NetDialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		ctx, stop := w.join(ctx)
		defer stop()
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		if w.ctx.Err() != nil { // AfterFunc would let a moment pass
			return nil, errors.Join(errHung, conn.Close())
		}
		context.AfterFunc(w.ctx, func() { _ = conn.Close() })
		return &guarded{Conn: conn, wire: w}, nil
	}
	h := *client
	h.Transport = bound{w, h.Transport}
	s.Dialer, s.Client = &d, &h
}

// join returns a context that ends with w's too.
func (w *wire) join(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	context.AfterFunc(w.ctx, cancel)
	return ctx, cancel
}

// bound ends discordgo's requests with the wire; by itself it gives them no context.
type bound struct {
	*wire
	next http.RoundTripper
}

func (b bound) RoundTrip(r *http.Request) (*http.Response, error) {
	next := b.next
	if next == nil {
		next = http.DefaultTransport
	}
	ctx, _ := b.join(r.Context()) // ends with the wire: the body is still to be read
	return next.RoundTrip(r.WithContext(ctx))
}
