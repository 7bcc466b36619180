package rest

import (
	"net/http"
	"strings"

	"github.com/bwmarrin/discordgo"
)

// NewSession returns a discordgo session that sends through transport and does nothing behind the
// caller's back: it neither retries, nor waits, nor reconnects, nor keeps a state, and it handles events
// in their order. Its intents are GUILDS and GUILD_MESSAGES. token may begin with "Bot " or not.
func NewSession(token string, transport http.RoundTripper) *discordgo.Session {
	token = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(token), "Bot "))
	s, _ := discordgo.New("Bot " + token) // its error is always nil
	s.Client = &http.Client{              // no Timeout: it would cut the waits for limits too
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	s.UserAgent += " Tally" // its own begins with "DiscordBot (url, version)"; Cloudflare refuses others
	s.Identify.Intents = discordgo.IntentsGuilds | discordgo.IntentsGuildMessages
	s.StateEnabled = false
	s.SyncEvents = true
	s.ShouldReconnectOnError = false
	s.ShouldRetryOnRateLimit = false
	s.MaxRestRetries = 0
	return s
}
