package discordtest

import (
	"sync"
	"time"

	"tally/eventlog/snowflake"
)

// hub knows the sessions and connections. Locks are taken in the order Guild.mu, hub.mu, session.mu.
type hub struct {
	s *Server

	mu       sync.RWMutex
	sessions map[string]*session
	conns    map[*conn]struct{}
	started  []time.Time // successful IDENTIFYs of the last 24 h

	news news // of sessions: begun, resumed, disconnected, a heartbeat
}

func newHub(s *Server) *hub {
	return &hub{s: s, sessions: map[string]*session{}, conns: map[*conn]struct{}{}}
}

// publish queues an event of a guild (id 0: of none) for every session that may have it. render is
// called at most once with each argument: whether the session may see contents.
func (h *hub) publish(g *Guild, intent int, t string, render func(content bool) []byte) {
	var cache [2][]byte
	h.each(func(x *session) {
		if !x.wants(g.id, intent) {
			return
		}
		i := 0
		if x.intents&IntentMessageContent != 0 {
			i = 1
		}
		if cache[i] == nil {
			cache[i] = render(i == 1)
		}
		for range h.s.rules.copies(t, cache[i]) {
			x.push(t, cache[i])
		}
	})
}

// publish is hub.publish for bodies that hold no contents. g.mu is held.
func (g *Guild) publish(intent int, t string, d any) {
	g.s.hub.publish(g, intent, t, func(bool) []byte { return mustJSON(d) })
}

// startGuild sends GUILD_CREATE to the sessions that don't know the guild. g.mu is held.
func (h *hub) startGuild(g *Guild) {
	var d []byte
	h.each(func(x *session) {
		if !x.serves(g.id) || !x.learn(g.id) || x.intents&IntentGuilds == 0 {
			return
		}
		if d == nil {
			d = g.guildCreate()
		}
		x.push("GUILD_CREATE", d)
	})
}

// forget makes a guild unknown to every session, so that nothing of it is sent.
func (h *hub) forget(guild snowflake.ID) {
	h.each(func(x *session) { x.unlearn(guild) })
}

func (h *hub) each(f func(*session)) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	for _, x := range h.sessions {
		f(x)
	}
}

// add takes a new session in and lets go of the dead ones.
func (h *hub) add(x *session) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for id, old := range h.sessions {
		if old.over() {
			delete(h.sessions, id)
		}
	}
	h.sessions[x.id] = x
}

func (h *hub) session(id string) *session {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.sessions[id]
}

// admit counts an IDENTIFY and says whether it comes too early or too often.
func (h *hub) admit() (early, often bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := time.Now()
	for len(h.started) > 0 && now.Sub(h.started[0]) >= 24*time.Hour {
		h.started = h.started[1:]
	}
	l := h.s.opts.Limits
	if n := len(h.started); l.Mode != LimitsOff && n > 0 && now.Sub(h.started[n-1]) < l.IdentifyEvery {
		return true, false
	}
	h.started = append(h.started, now)
	return false, l.Mode != LimitsOff && len(h.started) > maxIdentifies
}

// maxIdentifies is how many IDENTIFYs a bot has in 24 hours.
const maxIdentifies = 1000

func (h *hub) identifiesLeft() int {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return max(0, maxIdentifies-len(h.started))
}

func (h *hub) track(c *conn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.conns[c] = struct{}{}
}

func (h *hub) untrack(c *conn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.conns, c)
}

// connections returns the open connections.
func (h *hub) connections() (list []*conn) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	for c := range h.conns {
		list = append(list, c)
	}
	return list
}

func (h *hub) cutAll() {
	for _, c := range h.connections() {
		c.end(0, "")
	}
}
