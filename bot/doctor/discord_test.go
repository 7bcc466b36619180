package doctor

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tally/bot/discordtest"
	"tally/bot/rest"
	"tally/eventlog/snowflake"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// examine starts an emulated Discord with a server of a text, a voice, a forum channel and a category, changes
// it, and examines it.
func examine(t *testing.T, o discordtest.Options, token string, change func(*discordtest.Server, *discordtest.Guild)) []Finding {
	t.Helper()
	s := discordtest.New(o)
	defer s.Close()
	g := s.AddGuild("home")
	for name, kind := range map[string]int{"general": discordtest.TextChannel, "talk": discordtest.VoiceChannel, "help": discordtest.ForumChannel, "rooms": discordtest.Category} {
		g.AddChannel(discordtest.ChannelSpec{Name: name, Type: kind})
	}
	change(s, g)
	transport, err := rest.NewTransport(rest.Options{BaseURL: s.URL(), GlobalPerSecond: rest.Unlimited})
	if err != nil {
		t.Fatal(err)
	}
	defer transport.CloseIdleConnections()
	var all []Finding
	client := rest.NewClient(rest.NewSession(token, transport))
	Discord{Client: client, Clock: transport.Now, Report: func(f Finding) { all = append(all, f) }}.Examine(t.Context())
	if v := s.Violations(); len(v) > 0 {
		t.Errorf("violations: %v", v)
	}
	return all
}

// troubles returns what isn't ok, a line each.
func troubles(all []Finding) (lines []string) {
	for _, f := range all {
		if f.State != OK {
			lines = append(lines, string(f.State)+" "+f.Check+": "+f.Found+" → "+f.Todo)
		}
	}
	return lines
}

// answer replaces what a path answers.
func answer(s *discordtest.Server, path, body string) {
	s.OnRequest(func(r *http.Request) *discordtest.Fault {
		if !strings.HasSuffix(r.URL.Path, path) {
			return nil
		}
		return &discordtest.Fault{Status: http.StatusOK, Body: body, Header: http.Header{"Content-Type": {"application/json"}}}
	})
}

func TestDiscord(t *testing.T) {
	nothing := func(*discordtest.Server, *discordtest.Guild) {}
	deny := func(p discordtest.Permissions) func(*discordtest.Server, *discordtest.Guild) {
		return func(_ *discordtest.Server, g *discordtest.Guild) {
			for _, c := range g.Channels() {
				g.DenyBot(c, p)
			}
		}
	}
	for name, c := range map[string]struct {
		options discordtest.Options
		token   string // default: the right one
		change  func(*discordtest.Server, *discordtest.Guild)
		want    []string // parts of what isn't ok, in order
	}{
		"all is well": {change: nothing},
		"wrong token": {token: "wrong", change: nothing, want: []string{"failed token: Discord does not accept it → Copy the whole token"}},
		"no history": {change: deny(discordtest.PermReadMessageHistory), want: []string{
			"can't be read: no permission to read the message history → Give the bot Read Message History in #",
			"can't be read: no permission to read the message history → Give the bot Read Message History in #",
			"can't be read: no permission to read the message history → Give the bot Read Message History in #"}},
		"no voice":   {change: deny(discordtest.PermConnect), want: []string{"failed channel: #talk can't be read: no permission to connect to the voice channel → Give the bot Connect in #talk"}},
		"no writing": {change: deny(discordtest.PermEmbedLinks), want: []string{"warning server: home: of the 3 channels that it sees, the bot can read 3 and write in 0 → It can't post"}},
		"no sight":   {change: deny(discordtest.PermViewChannel), want: []string{"failed server: home: the bot sees no channel → Give its role View Channels"}},
		"no server": {change: func(_ *discordtest.Server, g *discordtest.Guild) { g.RemoveBot() },
			want: []string{"failed server: the bot is in no server → `tally run` prints the link"}},
		"clock behind": {options: discordtest.Options{Clock: func() time.Time { return time.Now().Add(4 * time.Minute) }}, change: nothing,
			want: []string{"behind Discord's → Set this machine's clock"}},
		"clock ahead": {options: discordtest.Options{Clock: func() time.Time { return time.Now().Add(-4 * time.Minute) }}, change: nothing,
			want: []string{"ahead of Discord's → Set this machine's clock"}},
		"code grant": {change: func(s *discordtest.Server, _ *discordtest.Guild) {
			answer(s, "/applications/@me", `{"id":"1","flags":0,"bot_require_code_grant":true}`)
		}, want: []string{"failed application: it requires a code grant, so the invite link does nothing → On"}},
		"no logins": {change: func(s *discordtest.Server, _ *discordtest.Guild) {
			answer(s, "/gateway/bot", `{"url":"","session_start_limit":{"total":1000,"remaining":0,"reset_after":3600000}}`)
		}, want: []string{"failed logins: 0 of 1000 left for today → Is the bot restarted again and again? There will be new ones in 1h0m0s."}},
		"few logins": {change: func(s *discordtest.Server, _ *discordtest.Guild) {
			answer(s, "/gateway/bot", `{"url":"","session_start_limit":{"total":1000,"remaining":9,"reset_after":3600000}}`)
		}, want: []string{"warning logins: 9 of 1000"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.token == "" {
				c.token = "test-token"
			}
			got := troubles(examine(t, c.options, c.token, c.change))
			if !slices.EqualFunc(got, c.want, strings.Contains) {
				t.Errorf("found:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

// TestManyGuilds: Discord gives 200 servers at once, and the doctor looks at all.
func TestManyGuilds(t *testing.T) {
	t.Parallel()
	seen := map[snowflake.ID]bool{}
	for _, f := range examine(t, discordtest.Options{}, "test-token", func(s *discordtest.Server, _ *discordtest.Guild) {
		for range 203 {
			s.AddGuild("one of many")
		}
	}) {
		if f.Check == checkServer {
			seen[f.Guild] = true
		}
	}
	if len(seen) != 204 {
		t.Errorf("%d servers were looked at, want 204", len(seen))
	}
}

func TestClockFinding(t *testing.T) {
	for ahead, want := range map[time.Duration]State{0: OK, clockTolerance: OK, -clockTolerance: OK, clockTolerance + 1: Failed, -clockTolerance - 1: Failed} {
		if f := clockFinding(ahead); f.State != want {
			t.Errorf("%s: %+v", ahead, f)
		}
	}
}
