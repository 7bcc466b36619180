package discordtest

import (
	"encoding/json"
	"strings"
	"time"

	"tally/eventlog/snowflake"
)

// identifyData is the body of op 2.
type identifyData struct {
	Token      string          `json:"token"`
	Intents    *int            `json:"intents"`
	Compress   bool            `json:"compress"`
	Shard      *[2]int         `json:"shard"`
	Properties json.RawMessage `json:"properties"`
}

// identify starts a session: READY, then GUILD_CREATE for each guild of the shard.
func (c *conn) identify(raw json.RawMessage) {
	var d identifyData
	if json.Unmarshal(raw, &d) != nil {
		c.endf(4002, "Error while decoding payload", "IDENTIFY that can't be decoded: %.200s", raw)
		return
	}
	if d.Shard == nil {
		d.Shard = &[2]int{0, 1}
	}
	if !c.acceptable(&d) {
		return
	}
	early, often := c.s.hub.admit()
	switch {
	case often:
		c.endf(4004, "Authentication failed", "more than %d IDENTIFYs in 24 h", maxIdentifies)
		return
	case early:
		c.s.viol.add("gateway: IDENTIFY within %v of the last one", c.s.opts.Limits.IdentifyEvery)
		c.control(9, false)
		return
	}
	c.s.stats.count(func(t *Stats) { t.Identifies++ })
	c.start(&d)
	c.s.hub.news.fire()
}

// acceptable checks an IDENTIFY and closes the connection if it is none to accept.
func (c *conn) acceptable(d *identifyData) bool {
	switch {
	case c.session() != nil:
		c.endf(4005, "Already authenticated", "IDENTIFY twice on one connection")
	case !c.s.tokenOK(d.Token):
		c.endf(4004, "Authentication failed", "IDENTIFY with a wrong token")
	case d.Intents == nil:
		c.endf(4013, "Invalid intent(s)", "IDENTIFY without intents")
	case *d.Intents&^knownIntents != 0:
		c.endf(4013, "Invalid intent(s)", "IDENTIFY with unknown intents %d", *d.Intents&^knownIntents)
	case *d.Intents&^c.s.opts.AllowedIntents != 0:
		c.end(4014, "Disallowed intent(s).")
	case d.Shard[1] < 1 || d.Shard[0] < 0 || d.Shard[0] >= d.Shard[1]:
		c.endf(4010, "Invalid shard", "IDENTIFY with shard %v", *d.Shard)
	default:
		return true
	}
	return false
}

func (s *Server) tokenOK(token string) bool {
	return strings.TrimPrefix(token, "Bot ") == s.opts.Token
}

func (c *conn) start(d *identifyData) {
	s := c.s
	x := &session{
		id: s.mint.secret(), shard: *d.Shard, intents: *d.Intents, compress: d.Compress,
		limit: s.opts.ReplayLimit, window: s.opts.ResumeWindow,
		guilds: map[snowflake.ID]bool{}, conn: c, next: 1,
	}
	s.hub.each(func(old *session) { old.challenge(x.shard) })
	c.mu.Lock()
	c.sess = x
	c.mu.Unlock()
	x.push("READY", s.ready(x))
	s.hub.add(x)
	if x.intents&IntentGuilds == 0 {
		for _, g := range s.Guilds() {
			x.learn(g.id) // messages come without GUILD_CREATE
		}
		return
	}
	late := s.rules.lateness()
	for _, g := range s.Guilds() {
		g.mu.RLock()
		switch {
		case g.gone || g.outage || !x.serves(g.id) || !x.learn(g.id):
		case late > 0:
			time.AfterFunc(late, func() { x.tell(g) })
		default:
			x.push("GUILD_CREATE", g.guildCreate())
		}
		g.mu.RUnlock()
	}
}

// tell sends GUILD_CREATE, unless the guild has gone or is unavailable by now.
func (x *session) tell(g *Guild) {
	g.mu.RLock()
	defer g.mu.RUnlock()
	if x.wants(g.id, IntentGuilds) {
		x.push("GUILD_CREATE", g.guildCreate())
	}
}

// challenge asks the connection of another session of the same shard for a heartbeat: if it still
// answers, the client runs both.
func (x *session) challenge(shard [2]int) {
	x.mu.Lock()
	c := x.conn
	x.mu.Unlock()
	if c == nil || x.shard != shard {
		return
	}
	c.mu.Lock()
	c.rival = true
	c.mu.Unlock()
	c.control(1, nil)
}

// ready is the body of READY: all guilds are unavailable until their GUILD_CREATE.
func (s *Server) ready(x *session) []byte {
	guilds := []map[string]any{}
	for _, g := range s.Guilds() {
		g.mu.RLock()
		if !g.gone && x.serves(g.id) {
			guilds = append(guilds, map[string]any{"id": g.id, "unavailable": true})
		}
		g.mu.RUnlock()
	}
	return mustJSON(map[string]any{
		"v": 9, "user": json.RawMessage(s.users.jsons()[0]), "guilds": guilds, "session_id": x.id,
		"resume_gateway_url": s.gatewayURL(), "shard": x.shard, "application": map[string]any{"id": s.bot, "flags": 0},
		"private_channels": []int{}, "relationships": []int{}, "presences": []int{}, "user_settings": map[string]any{},
		"session_type": "normal", "_trace": []string{},
	})
}

// gatewayURL is where the websocket endpoint is.
func (s *Server) gatewayURL() string { return "ws://" + s.addr + "/" }

// resume handles op 6.
func (c *conn) resume(raw json.RawMessage) {
	var d struct {
		Token   string `json:"token"`
		Session string `json:"session_id"`
		Seq     int64  `json:"seq"`
	}
	switch err := json.Unmarshal(raw, &d); {
	case err != nil:
		c.endf(4002, "Error while decoding payload", "RESUME that can't be decoded: %.200s", raw)
		return
	case c.session() != nil:
		c.endf(4005, "Already authenticated", "RESUME on a connection that has a session")
		return
	case !c.s.tokenOK(d.Token):
		c.endf(4004, "Authentication failed", "RESUME with a wrong token")
		return
	}
	c.s.stats.count(func(t *Stats) { t.Resumes++ })
	x := c.s.hub.session(d.Session)
	if x == nil {
		c.control(9, false)
		return
	}
	x.settle(c)
	c.mu.Lock()
	c.sess = x
	c.mu.Unlock()
	switch x.resume(c, d.Seq) {
	case resumeDone:
		c.s.hub.news.fire()
		return
	case resumeGone:
		c.control(9, false)
	case resumeSeq:
		c.end(4007, "Invalid seq.")
	}
	c.mu.Lock()
	c.sess = nil
	c.mu.Unlock()
}
