package discordtest

import (
	"context"
	"encoding/json"
	"sort"
)

// Cut says how [Server.Disconnect] ends connections.
type Cut struct {
	Code       int    // close code, 4000 to 4999; 0: the TCP connection is cut without one
	Reason     string // of the close frame
	Invalidate bool   // the sessions end too: a RESUME gets op 9 d:false
}

// Disconnect ends all gateway connections.
func (s *Server) Disconnect(cut Cut) {
	if cut.Invalidate {
		s.hub.each(func(x *session) { x.invalidate() })
	}
	for _, c := range s.hub.connections() {
		c.end(cut.Code, cut.Reason)
	}
}

// Reconnect sends op 7 on all connections, even before hello was answered.
func (s *Server) Reconnect() {
	for _, c := range s.hub.connections() {
		c.control(7, nil)
	}
}

// InvalidSession sends op 9 on all connections; the sessions end unless they are resumable.
func (s *Server) InvalidSession(resumable bool) {
	for _, c := range s.hub.connections() {
		if x := c.session(); x != nil {
			c.mu.Lock()
			c.sess = nil
			c.mu.Unlock()
			x.detach(c, !resumable)
		}
		c.control(9, resumable)
	}
}

// RequestHeartbeat sends op 1 on all connections.
func (s *Server) RequestHeartbeat() {
	for _, c := range s.hub.connections() {
		c.control(1, nil)
	}
}

// Dispatch sends any event to every session, whatever its intents: for what the emulator has no
// word for.
func (s *Server) Dispatch(event string, d any) {
	b, ok := d.(json.RawMessage)
	if !ok {
		b = mustJSON(d)
	}
	s.hub.each(func(x *session) { x.push(event, b) })
}

// Sessions describes the sessions that can still be used, by id.
func (s *Server) Sessions() (list []SessionInfo) {
	s.hub.each(func(x *session) {
		if !x.over() {
			list = append(list, x.info())
		}
	})
	sort.Slice(list, func(i, j int) bool { return list[i].ID < list[j].ID })
	return list
}

// AwaitSessions waits until ok holds for the sessions. It is asked again whenever a session begins,
// is resumed or disconnected, and at each heartbeat.
func (s *Server) AwaitSessions(ctx context.Context, ok func([]SessionInfo) bool) error {
	for {
		again := s.hub.news.wait()
		if ok(s.Sessions()) {
			return nil
		}
		select {
		case <-again:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
