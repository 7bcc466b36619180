package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/bwmarrin/discordgo"

	"tally/bot/discord"
	"tally/eventlog/snowflake"
)

const oneMessage = `{"id":"5","channel_id":"7","type":19,"flags":4,"author":{"id":"9","bot":true},"referenced_message":{"id":"1"}}`

// serve starts a Discord on loopback below a path of its own, and a client of it.
func serve(t *testing.T, o Options, h http.HandlerFunc) (*Client, *Transport) {
	t.Helper()
	server := httptest.NewServer(h)
	o.BaseURL = server.URL + "/fake/"
	tr, err := NewTransport(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		tr.CloseIdleConnections()
		server.Close()
	})
	return NewClient(NewSession("Bot "+secret, tr)), tr
}

// Each call reaches the route that Discord documents, with the token, below the base URL.
func TestCalls(t *testing.T) {
	tests := []struct {
		call   func(context.Context, *Client) (any, error)
		route  string
		answer string
		want   string // the result, printed
	}{
		{func(ctx context.Context, c *Client) (any, error) { return c.Me(ctx) },
			"GET /users/@me", `{"id":"1","username":"tally","bot":true}`, "{1 tally true}"},
		{func(ctx context.Context, c *Client) (any, error) { return c.Application(ctx) },
			"GET /applications/@me", `{"id":"1","flags":524288,"bot_require_code_grant":true}`, "{1 524288 true}"},
		{func(ctx context.Context, c *Client) (any, error) { return c.Guilds(ctx) },
			"GET /users/@me/guilds?after=0&limit=200", `[{"id":"7","name":"x"},{"id":"3"}]`, "[3 7]"},
		{func(ctx context.Context, c *Client) (any, error) { return c.SessionStarts(ctx) },
			"GET /gateway/bot", `{"url":"wss://x","session_start_limit":{"total":1000,"remaining":9,"reset_after":60000}}`, "{1000 9 60000}"},
		{func(ctx context.Context, c *Client) (any, error) { return c.Messages(ctx, 7, Query{Before: 50}) },
			"GET /channels/7/messages?before=50&limit=100", "[" + oneMessage + "]", "[{5 7 0 9 0 19 4 true false}]"},
		{func(ctx context.Context, c *Client) (any, error) {
			return c.Messages(ctx, 7, Query{After: 1, Limit: 2})
		},
			"GET /channels/7/messages?after=1&limit=2", "null", "[]"},
		{func(ctx context.Context, c *Client) (any, error) {
			m, ok, err := c.LatestMessage(ctx, 7)
			return []any{m.ID, ok}, err
		},
			"GET /channels/7/messages?limit=1", "[" + oneMessage + "]", "[5 true]"},
		{func(ctx context.Context, c *Client) (any, error) {
			m, ok, err := c.LatestMessage(ctx, 7)
			return []any{m.ID, ok}, err
		},
			"GET /channels/7/messages?limit=1", "[]", "[0 false]"},
		{func(ctx context.Context, c *Client) (any, error) { return c.Message(ctx, 7, 5) },
			"GET /channels/7/messages/5", oneMessage, "{5 7 0 9 0 19 4 true false}"},
		{func(ctx context.Context, c *Client) (any, error) { return c.Channel(ctx, 7) },
			"GET /channels/7", `{"id":"7","guild_id":"3","name":"x"}`, "{7 3 0 0 x 0 0 0 [] <nil> <nil>}"},
		{func(ctx context.Context, c *Client) (any, error) { return c.Channels(ctx, 3) },
			"GET /guilds/3/channels", `[{"id":"7","name":"x","parent_id":"6"}]`, "[{7 3 6 0 x 0 0 0 [] <nil> <nil>}]"},
		{func(ctx context.Context, c *Client) (any, error) { return c.Guild(ctx, 3) },
			"GET /guilds/3", `{"id":"3","name":"g","owner_id":"4","roles":[{"id":"3","permissions":"8"}]}`, "{3 g 4 [{3 8}] [] [] [] false}"},
		{func(ctx context.Context, c *Client) (any, error) { return c.Member(ctx, 3, 4) },
			"GET /guilds/3/members/4", `{"user":{"id":"4"},"roles":["11"]}`, "{4 [11]}"},
		{func(ctx context.Context, c *Client) (any, error) {
			th, err := c.ActiveThreads(ctx, 3)
			return []any{th[0].ID, th[0].Guild, th[0].Member != nil, th[1].Member != nil}, err
		}, "GET /guilds/3/threads/active", `{"threads":[{"id":"30","type":12},{"id":"31","type":11}],"members":[{"id":"30","user_id":"1"}]}`, "[30 3 true false]"},
		{func(ctx context.Context, c *Client) (any, error) { return nil, c.PutCommands(ctx, 2, 0, nil) },
			"PUT /applications/2/commands []", `[]`, "<nil>"},
		{func(ctx context.Context, c *Client) (any, error) {
			return nil, c.PutCommands(ctx, 2, 3, []*discordgo.ApplicationCommand{})
		}, "PUT /applications/2/guilds/3/commands []", `[]`, "<nil>"},
		{func(ctx context.Context, c *Client) (any, error) {
			return c.Post(ctx, 7, &discordgo.MessageSend{Content: "@everyone"})
		}, `POST /channels/7/messages allowed_mentions={"parse":[]}`, `{"id":"5"}`, "5"},
		{func(ctx context.Context, c *Client) (any, error) {
			return nil, c.Edit(ctx, 7, 5, &discordgo.MessageEdit{})
		},
			`PATCH /channels/7/messages/5 allowed_mentions={"parse":[]}`, `{"id":"5"}`, "<nil>"},
		{func(ctx context.Context, c *Client) (any, error) {
			return nil, c.Respond(ctx, 6, "tok", &discordgo.InteractionResponse{Type: 4, Data: &discordgo.InteractionResponseData{}})
		}, `POST /interactions/6/tok/callback allowed_mentions={"parse":[]}`, "", "<nil>"},
		{func(ctx context.Context, c *Client) (any, error) {
			return nil, c.EditReply(ctx, 2, "tok", &discordgo.WebhookEdit{})
		}, `PATCH /webhooks/2/tok/messages/@original allowed_mentions={"parse":[]}`, `{"id":"5"}`, "<nil>"},
		{func(ctx context.Context, c *Client) (any, error) {
			return c.FollowUp(ctx, 2, "tok", &discordgo.WebhookParams{})
		},
			`POST /webhooks/2/tok?wait=true allowed_mentions={"parse":[]}`, `{"id":"5"}`, "5"},
	}
	for _, tt := range tests {
		t.Run(tt.route, func(t *testing.T) {
			c, _ := serve(t, Options{}, func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				got := r.Method + " " + strings.TrimPrefix(r.URL.RequestURI(), "/fake/api/v9")
				switch {
				case bytes.Contains(body, []byte(`"allowed_mentions":{"parse":[],"replied_user":false}`)):
					got += ` allowed_mentions={"parse":[]}`
				case len(body) > 0:
					got += " " + string(body)
				}
				if got != tt.route {
					t.Errorf("got %s", got)
				}
				if r.Header.Get("Authorization") != "Bot "+secret || !strings.HasPrefix(r.UserAgent(), "DiscordBot (http") {
					t.Errorf("headers %v", r.Header)
				}
				if tt.answer == "" {
					w.WriteHeader(http.StatusNoContent)
				}
				_, _ = io.WriteString(w, tt.answer)
			})
			got, err := tt.call(t.Context(), c)
			if err != nil || fmt.Sprint(got) != tt.want {
				t.Errorf("got %v, %v; want %s", got, err, tt.want)
			}
		})
	}
}

func TestQueryIsChecked(t *testing.T) {
	c, _, f := newFake(t, Options{}, always(200, "[]"))
	for _, q := range []Query{{Before: 1, After: 1}, {Limit: 101}, {Limit: -1}} {
		if _, err := c.Messages(t.Context(), 7, q); err == nil {
			t.Errorf("%+v was sent", q)
		}
	}
	if len(f.sent()) != 0 {
		t.Error("a wrong query was sent")
	}
}

// What the caller set about mentions doesn't count, and what the caller gave is not changed.
func TestNobodyIsPinged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _, f := newFake(t, Options{}, always(200, `{"id":"5"}`))
		all := &discordgo.MessageAllowedMentions{Parse: []discordgo.AllowedMentionType{"everyone", "users"}, RepliedUser: true}
		m := &discordgo.MessageSend{AllowedMentions: all, Files: []*discordgo.File{{Name: "a.png", Reader: strings.NewReader("picture")}}}
		if _, err := c.Post(t.Context(), 7, m); err != nil {
			t.Fatal(err)
		}
		d := &discordgo.InteractionResponseData{AllowedMentions: all}
		if err := c.Respond(t.Context(), 1, "t", &discordgo.InteractionResponse{Type: 7, Data: d}); err != nil {
			t.Fatal(err)
		}
		for _, s := range f.sent() {
			if !strings.Contains(s.body, `"allowed_mentions":{"parse":[],"replied_user":false}`) {
				t.Errorf("sent %s", s.body)
			}
		}
		if !strings.Contains(f.sent()[0].body, "picture") {
			t.Error("the file is missing")
		}
		if m.AllowedMentions != all || d.AllowedMentions != all {
			t.Error("the caller's message was changed")
		}
	})
}

// A file must be sent whole each time.
func TestFilesAreSentAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _, f := newFake(t, Options{}, func(n int, _ *http.Request) (*http.Response, error) {
			if n == 1 {
				return reply(429, `{"retry_after":1}`), nil
			}
			return reply(200, `{"id":"5"}`), nil
		})
		m := &discordgo.WebhookEdit{Files: []*discordgo.File{{Name: "a.png", Reader: strings.NewReader("picture")}}}
		if err := c.EditReply(t.Context(), 1, "t", m); err != nil {
			t.Fatal(err)
		}
		if s := f.sent(); len(s) != 2 || s[0].body != s[1].body || !strings.Contains(s[1].body, "picture") {
			t.Errorf("sent %v", s)
		}
	})
}

func TestErrors(t *testing.T) {
	tests := []struct {
		status int
		body   string
		want   error
		code   int
	}{
		{401, `{"message":"401: Unauthorized","code":0}`, ErrUnauthorized, 0},
		{403, `{"message":"Missing Access","code":50001}`, ErrNoAccess, 50001},
		{403, `{"message":"Missing Permissions","code":50013}`, ErrNoAccess, 50013},
		{404, `{"message":"Unknown Channel","code":10003}`, ErrUnknownChannel, 10003},
		{404, `{"message":"Unknown Guild","code":10004}`, ErrUnknownGuild, 10004},
		{404, `{"message":"Unknown Member","code":10007}`, ErrUnknownMember, 10007},
		{404, `{"message":"Unknown Message","code":10008}`, ErrUnknownMessage, 10008},
		{404, `{"message":"Unknown interaction","code":10062}`, ErrUnknownInteraction, 10062},
		{400, `{"message":"Interaction has already been acknowledged.","code":40060}`, ErrAlreadyAnswered, 40060},
		{400, `{"message":"Cannot execute action on this channel type","code":50024}`, ErrWrongChannelType, 50024},
		{400, `{"message":"Invalid Form Body","code":50035,"errors":{"limit":{}}}`, nil, 50035},
		{403, `<html>blocked</html>`, nil, 0},
		{301, ``, nil, 0},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.status, tt.code), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, _, _ := newFake(t, Options{}, always(tt.status, tt.body, "Location", "https://example.com/"))
				_, err := c.Channel(t.Context(), 7)
				var e *Error
				if !errors.As(err, &e) || e.Status != tt.status || e.Code != tt.code || e.Route != "GET /channels/{id}" {
					t.Fatalf("got %#v", err)
				}
				if tt.want != nil && !errors.Is(err, tt.want) || tt.want == nil && e.Unwrap() != nil {
					t.Errorf("%v is not %v", err, tt.want)
				}
				if tt.code == 50035 && !strings.Contains(err.Error(), `{"limit":{}}`) {
					t.Errorf("%v doesn't say which field", err)
				}
			})
		})
	}
}

// No error may print the bot's token or an interaction's, whatever went wrong.
func TestErrorsHoldNoToken(t *testing.T) {
	for _, how := range []func(int, *http.Request) (*http.Response, error){
		fail(io.EOF), fail(refusedConnection), always(500, "x"), always(404, `{"code":10062}`), always(401, `{}`),
		always(429, "x"), always(200, "no JSON"),
	} {
		synctest.Test(t, func(t *testing.T) {
			c, _, _ := newFake(t, Options{}, how)
			const token = "interaction-token"
			_, err1 := c.FollowUp(t.Context(), 2, token, &discordgo.WebhookParams{})
			_, err2 := c.Me(t.Context())
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			err3 := c.Respond(ctx, 1, token, &discordgo.InteractionResponse{Type: 5})
			for _, err := range []error{err1, err2, err3} {
				s := fmt.Sprintf("%v %+v %#v", err, err, err)
				if err == nil || strings.Contains(s, token) || strings.Contains(s, secret) {
					t.Errorf("error %v", s)
				}
			}
			if !errors.Is(err3, context.Canceled) {
				t.Error(err3)
			}
		})
	}
}

func TestBadMessageIsNamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _, _ := newFake(t, Options{}, always(200, "["+oneMessage+`,{"id":"4","channel_id":"7"}]`))
		got, err := c.AppendMessages(t.Context(), make([]discord.Message, 2), 7, Query{})
		var bad *discord.DecodeError
		if !errors.As(err, &bad) || bad.Index != 1 || len(got) != 2 {
			t.Errorf("%d messages, %v", len(got), err)
		}
	})
}

// Over a real connection: bodies cut in the middle are read again, with a length and chunked.
func TestCutConnection(t *testing.T) {
	for _, chunked := range []bool{false, true} {
		n := 0
		c, tr := serve(t, Options{}, func(w http.ResponseWriter, r *http.Request) {
			if n++; n <= 2 {
				if !chunked {
					w.Header().Set("Content-Length", "1000")
				}
				_, _ = io.WriteString(w, "["+oneMessage+",")
				_ = http.NewResponseController(w).Flush()
				panic(http.ErrAbortHandler)
			}
			_, _ = io.WriteString(w, "["+oneMessage+"]")
		})
		page, err := c.Messages(t.Context(), 7, Query{})
		if err != nil || len(page) != 1 || n != 3 || tr.Stats().Failures != 2 {
			t.Errorf("%d messages after %d requests: %v", len(page), n, err)
		}
	}
}

func TestBaseURL(t *testing.T) {
	for _, bad := range []string{"localhost:8080", "ftp://x", "http://", "://", "http://user:pw@"} {
		if _, err := NewTransport(Options{BaseURL: bad}); err == nil || strings.Contains(err.Error(), "pw") {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if _, err := NewTransport(Options{HistoryPerSecond: -1}); err == nil {
		t.Error("a negative rate was accepted")
	}
	f := &fake{answer: func(_ int, r *http.Request) (*http.Response, error) {
		if r.URL.Host != "discord.com" || r.URL.Scheme != "https" {
			t.Errorf("sent to %s", r.URL)
		}
		return reply(200, "{}"), nil
	}}
	tr, err := NewTransport(Options{Next: f})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewClient(NewSession(secret, tr)).Me(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestSession(t *testing.T) {
	for _, token := range []string{"abc", "Bot abc", " Bot abc\n"} {
		s := NewSession(token, nil)
		if s.Token != "Bot abc" || s.Identify.Token != "Bot abc" || s.Identify.Intents != 513 {
			t.Errorf("%q: %q %q %d", token, s.Token, s.Identify.Token, s.Identify.Intents)
		}
		if s.StateEnabled || !s.SyncEvents || s.ShouldRetryOnRateLimit || s.ShouldReconnectOnError || s.MaxRestRetries != 0 || s.Client.Timeout != 0 {
			t.Errorf("%+v", s)
		}
	}
}

func TestRouteOf(t *testing.T) {
	tests := []struct {
		method, path, template, major string
		exempt, history               bool
	}{
		{"GET", "/api/v9/channels/12/messages", "/channels/{id}/messages", "12", false, true},
		{"GET", "/prefix/api/v10/channels/12/messages", "/channels/{id}/messages", "12", false, true},
		{"POST", "/api/v9/channels/12/messages", "/channels/{id}/messages", "12", false, false},
		{"GET", "/api/v9/channels/12/messages/34", "/channels/{id}/messages/{id}", "12", false, false},
		{"GET", "/api/v9/guilds/1/members/2", "/guilds/{id}/members/{id}", "1", false, false},
		{"GET", "/api/v9/users/@me", "/users/@me", "", false, false},
		{"GET", "/api/v9/gateway/bot", "/gateway/bot", "", false, false},
		{"PUT", "/api/v9/applications/2/guilds/3/commands", "/applications/{id}/guilds/{id}/commands", "", false, false},
		{"POST", "/api/v9/interactions/6/tok/callback", "/interactions/{id}/{token}/callback", "6/tok", true, false},
		{"PATCH", "/api/v9/webhooks/2/tok/messages/@original", "/webhooks/{id}/{token}/messages/@original", "2/tok", true, false},
		{"GET", "/", "/", "", false, false},
		{"GET", "", "/", "", false, false},
	}
	for _, tt := range tests {
		r := routeOf(tt.method, tt.path)
		if r.template != tt.template || r.exempt != tt.exempt || r.history != tt.history || !strings.HasSuffix(r.key, " "+tt.major) {
			t.Errorf("%s %s: %+v", tt.method, tt.path, r)
		}
	}
}

// archive serves a list of archived threads as Discord does: newest first, strictly before the cursor.
func archive(t *testing.T, all []discord.Channel, perPage int, byID bool) func(int, *http.Request) (*http.Response, error) {
	return func(_ int, r *http.Request) (*http.Response, error) {
		before := r.URL.Query().Get("before")
		var page []map[string]any
		more := false
		for _, th := range all {
			at := th.Thread.ArchiveTimestamp
			if before != "" && (byID && th.ID.String() >= before || !byID && at >= before) {
				continue
			}
			if more = len(page) == perPage; more {
				break
			}
			page = append(page, map[string]any{"id": th.ID, "type": th.Type, "thread_metadata": map[string]any{"archived": true, "archive_timestamp": at}})
		}
		b, err := json.Marshal(map[string]any{"threads": page, "has_more": more})
		if err != nil {
			t.Error(err)
		}
		return reply(200, string(b)), nil
	}
}

// Threads archived within one second, on different pages, are all found: the cursor keeps its
// microseconds and its plus sign.
func TestArchivedThreads(t *testing.T) {
	var all []discord.Channel
	for i := range 250 {
		all = append(all, discord.Channel{ID: snowflake.ID(900 - i), Thread: &discord.ThreadMetadata{
			ArchiveTimestamp: fmt.Sprintf("2026-11-23T00:00:00.%06d+00:00", 999000-i)}})
	}
	for _, tt := range []struct {
		from Archive
		path string
	}{
		{Public, "/api/v9/channels/7/threads/archived/public?"},
		{Private, "/api/v9/channels/7/threads/archived/private?"},
		{JoinedPrivate, "/api/v9/channels/7/users/@me/threads/archived/private?"},
	} {
		synctest.Test(t, func(t *testing.T) {
			c, _, f := newFake(t, Options{}, archive(t, all, 100, tt.from == JoinedPrivate))
			got, err := c.ArchivedThreads(t.Context(), 7, tt.from)
			if err != nil || len(got) != 250 || got[249].ID != all[249].ID || got[249].Thread.ArchiveTimestamp != all[249].Thread.ArchiveTimestamp {
				t.Errorf("%d threads, %v", len(got), err)
			}
			if len(f.sent()) != 3 {
				t.Errorf("250 threads took %d pages", len(f.sent()))
			}
			for _, s := range f.sent() {
				if !strings.HasPrefix(s.path, tt.path) || !strings.Contains(s.path, "limit=100") {
					t.Errorf("asked for %s", s.path)
				}
			}
		})
	}
}

// A list that repeats itself, or claims more and gives nothing, must not be asked for ever.
func TestArchivedThreadsEnd(t *testing.T) {
	tests := map[string]bool{
		`{"threads":[],"has_more":true}`:   true,
		`{"threads":null,"has_more":true}`: true,
		`{"threads":[{"id":"1","thread_metadata":{"archive_timestamp":"2026-11-23T00:00:00.1+00:00"}}],"has_more":true}`: false,
		`{"threads":[{"id":"1"}],"has_more":true}`:                                                 false,
		`{"threads":[{"id":"1","thread_metadata":{"archive_timestamp":"soon"}}],"has_more":true}`:  false,
		`{"threads":[{"id":"1","thread_metadata":{"archive_timestamp":"soon"}}],"has_more":false}`: true,
	}
	for answer, ok := range tests {
		synctest.Test(t, func(t *testing.T) {
			c, _, _ := newFake(t, Options{}, always(200, answer))
			if _, err := c.ArchivedThreads(t.Context(), 7, Public); (err == nil) != ok {
				t.Errorf("%s: %v", answer, err)
			}
		})
	}
}
