package discordtest

import (
	"net/http"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"
)

// Transport returns a round tripper that sends every request, whatever its host, to the server:
// discordgo's addresses are fixed. Base is what carries it; nil: a new transport of its own, whose
// idle connections the caller should close (http.Client.CloseIdleConnections).
func (s *Server) Transport(base http.RoundTripper) http.RoundTripper {
	if base == nil {
		base = &http.Transport{MaxIdleConnsPerHost: 64}
	}
	return &redirect{host: s.addr, base: base}
}

type redirect struct {
	host string
	base http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (t *redirect) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host, r.Host = "http", t.host, t.host
	return t.base.RoundTrip(r)
}

// CloseIdleConnections lets http.Client.CloseIdleConnections through.
func (t *redirect) CloseIdleConnections() {
	if c, ok := t.base.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// Session returns a discordgo session, not yet open, that talks to the server with its token and
// the intents GUILDS and GUILD_MESSAGES.
func (s *Server) Session() *discordgo.Session {
	d, err := discordgo.New("Bot " + s.opts.Token)
	if err != nil {
		panic("discordtest: " + err.Error()) // discordgo.New fails for no token at all
	}
	d.Identify.Intents = IntentGuilds | IntentGuildMessages
	d.Client = &http.Client{Timeout: 20 * time.Second, Transport: s.Transport(nil)}
	d.Dialer = &websocket.Dialer{HandshakeTimeout: 10 * time.Second}
	return d
}
