package commands

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/bwmarrin/discordgo"
	"go.uber.org/goleak"

	"tally/bot/directory"
	"tally/bot/discord"
	"tally/bot/history"
	"tally/bot/rest"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// call is one request as the fake saw it: its method, the part of the path that tells what it is, the body.
type call struct {
	what string // "respond", "edit reply", "post", "edit"
	body string
}

// fake is a Discord that takes answers and messages. refuse, if set, says what it doesn't take, by
// Discord's codes.
type fake struct {
	mu     sync.Mutex
	calls  []call
	refuse func(c call) (status, code int)
}

func (f *fake) RoundTrip(r *http.Request) (*http.Response, error) {
	body, _ := io.ReadAll(r.Body)
	c := call{body: string(body)}
	switch {
	case strings.Contains(r.URL.Path, "/interactions/"):
		c.what = "respond"
	case strings.Contains(r.URL.Path, "/webhooks/"):
		c.what = "edit reply"
	case r.Method == http.MethodPost:
		c.what = "post"
	case r.Method == http.MethodPatch:
		c.what = "edit"
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, c)
	status, answer := 200, map[string]any{"id": "1234"}
	if f.refuse != nil {
		if s, code := f.refuse(c); s != 0 {
			status, answer = s, map[string]any{"code": code, "message": "no"}
		}
	}
	b, err := json.Marshal(answer)
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(string(b))), Request: r}, err
}

func (f *fake) whats() (all []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.calls {
		all = append(all, c.what)
	}
	return all
}

func newRouter(t *testing.T, f *fake) *Router {
	t.Helper()
	transport, err := rest.NewTransport(rest.Options{GlobalPerSecond: rest.Unlimited, Next: f})
	if err != nil {
		t.Fatal(err)
	}
	return &Router{
		Client: rest.NewClient(rest.NewSession("token", transport)), App: 3, Log: slog.New(slog.DiscardHandler), Turns: NewTurns(),
		Target: func(snowflake.ID) (*Target, error) { return newTarget(), nil },
	}
}

// newTarget is a guild with one channel, 11, of which the bot may see but not read the history.
func newTarget() *Target {
	d := directory.New(90)
	d.Reset(discord.Guild{
		ID: 1, Name: "test", Roles: []discord.Role{{ID: 1, Permissions: discord.ViewChannel}}, Members: []discord.Member{{User: 90}},
		Channels: []discord.Channel{{ID: 11}, {ID: 12, Type: discord.ChannelVoice}},
	})
	return &Target{Reader: history.Reader{Guild: 1, Directory: d}}
}

// newGuild is a count in which user 101 has counts[0] messages, 102 counts[1], and so on.
func newGuild(t *testing.T, counts ...int) *projections.Guild {
	t.Helper()
	g, next := projections.NewGuild(1), snowflake.ID(1000)
	for i, n := range counts {
		for range n {
			next++
			p, err := eventlog.NewPage(eventlog.Live, 0, 11, []eventlog.Message{{ID: next, Author: snowflake.ID(101 + i)}})
			if err != nil {
				t.Fatal(err)
			}
			g.Apply(p)
		}
	}
	return g
}

func asked(kind discordgo.InteractionType, user snowflake.ID) interaction {
	return interaction{Interaction: &discordgo.Interaction{Type: kind, Token: "its-token"}, id: 7, user: user, channel: 5, target: newTarget()}
}
