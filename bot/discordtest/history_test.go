package discordtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"
	"pgregory.net/rapid"

	"tally/eventlog/snowflake"
)

// page is the naive model of a history page: newest first in every mode.
func page(ids []snowflake.ID, mode string, cursor snowflake.ID, limit int) []snowflake.ID {
	sorted := slices.Sorted(slices.Values(ids))
	var below, above []snowflake.ID
	for _, id := range sorted {
		if id < cursor || mode == "" {
			below = append(below, id)
		} else if id > cursor || mode == "around" {
			above = append(above, id)
		}
	}
	last := func(n int) []snowflake.ID { return below[max(0, len(below)-n):] }
	first := func(n int) []snowflake.ID { return above[:min(n, len(above))] }
	var out []snowflake.ID
	switch mode {
	case "after":
		out = first(limit)
	case "around":
		out = slices.Concat(last(limit/2), first(limit-limit/2))
	default:
		out = last(limit)
	}
	out = slices.Clone(out)
	slices.Reverse(out)
	return out
}

func TestPagesMatchModel(t *testing.T) {
	s := newServer(t, Options{})
	g := s.AddGuild("test")
	rapid.Check(t, func(rt *rapid.T) {
		ch := g.AddChannel(ChannelSpec{})
		defer g.DeleteChannel(ch)
		var ids []snowflake.ID
		small := rapid.Uint64Range(1, 60)
		rt.Repeat(map[string]func(*rapid.T){
			"send": func(rt *rapid.T) {
				id := snowflake.ID(small.Draw(rt, "id"))
				if c := s.mustChannel(ch); !slices.Contains(ids, id) {
					if _, dead := c.rows.findAny(id); !dead {
						s.Send(ch, Message{ID: id, Type: 19})
						ids = append(ids, id)
					}
				}
			},
			"delete": func(rt *rapid.T) {
				id := snowflake.ID(small.Draw(rt, "id"))
				s.Delete(ch, id)
				ids = slices.DeleteFunc(ids, func(x snowflake.ID) bool { return x == id })
			},
			"": func(rt *rapid.T) {
				mode := rapid.SampledFrom([]string{"", "before", "after", "around"}).Draw(rt, "mode")
				cursor := snowflake.ID(rapid.Uint64Range(0, 62).Draw(rt, "cursor"))
				limit := rapid.IntRange(1, 20).Draw(rt, "limit")
				path := fmt.Sprintf("/channels/%v/messages?limit=%d", ch, limit)
				if mode != "" {
					path += fmt.Sprintf("&%s=%v", mode, cursor)
				}
				if got, want := ask(t, s, path), page(ids, mode, cursor, limit); !slices.Equal(got, want) {
					rt.Fatalf("%s: got %v, want %v", path, got, want)
				}
			},
		})
	})
	clean(t, s)
}

// ask reads a page through the handler, without a connection, and returns its ids.
func ask(t testing.TB, s *Server, path string) (ids []snowflake.ID) {
	t.Helper()
	var list []struct{ ID snowflake.ID }
	a := serve(s, path)
	if err := json.Unmarshal(a, &list); err != nil {
		t.Fatalf("%s: %s: %v", path, a, err)
	}
	for _, m := range list {
		ids = append(ids, m.ID)
	}
	return ids
}

// sink is the least http.ResponseWriter.
type sink struct {
	header http.Header
	body   []byte
}

func (w *sink) Header() http.Header { return w.header }
func (w *sink) WriteHeader(int)     {}
func (w *sink) Write(b []byte) (int, error) {
	w.body = append(w.body, b...)
	return len(b), nil
}

func serve(s *Server, path string) []byte {
	r, _ := http.NewRequest("GET", "http://x/api/v10"+path, http.NoBody)
	r.Header.Set("Authorization", "Bot "+s.Token())
	r.Header.Set("User-Agent", "DiscordBot (x, 1)")
	w := &sink{header: http.Header{}}
	s.http.Handler.ServeHTTP(w, r)
	return w.body
}

func TestMessageJSON(t *testing.T) {
	s, g, ch := newChannel(t, Options{})
	ann := g.AddUser(`an"n ü`, false)
	hook := g.AddWebhook("hook")
	first := s.Send(ch, Message{Author: ann, Content: "hidden from the bot"})
	gone := s.Send(ch, Message{Author: ann})
	s.Send(ch, Message{Author: ann, Type: 19, Reference: first})
	s.Send(ch, Message{Author: ann, Type: 19, Reference: gone})
	s.Send(ch, Message{Webhook: hook, Mentions: []snowflake.ID{s.BotID()}, Content: "hi"})
	s.Delete(ch, gone)
	var list []map[string]any
	get(t, s, "/channels/"+ch.String()+"/messages").into(t, &list)
	keys := []string{"id", "channel_id", "author", "content", "timestamp", "edited_timestamp", "tts", "mention_everyone",
		"mentions", "mention_roles", "attachments", "embeds", "pinned", "type", "components", "flags"}
	for _, m := range list {
		for _, k := range keys {
			if _, ok := m[k]; !ok {
				t.Errorf("no %s in %v", k, m)
			}
		}
		if m["guild_id"] != nil || m["member"] != nil {
			t.Errorf("REST shows guild or member: %v", m)
		}
	}
	if len(list) != 4 {
		t.Fatalf("%d messages", len(list))
	}
	if list[0]["webhook_id"] != hook.String() || list[0]["content"] != "hi" {
		t.Errorf("webhook message %v", list[0])
	}
	if v, ok := list[1]["referenced_message"]; !ok || v != nil {
		t.Errorf("reply to a deleted message: %v", list[1])
	}
	if m, ok := list[2]["referenced_message"].(map[string]any); !ok || m["id"] != first.String() {
		t.Errorf("reply: %v", list[2])
	}
	if list[3]["content"] != "" || list[3]["timestamp"] != first.Time().Format("2006-01-02T15:04:05.000000+00:00") {
		t.Errorf("first: %v", list[3])
	}
}

func TestAppendTime(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		at := time.UnixMicro(rapid.Int64Range(-1e15, 4e15).Draw(rt, "µs")).UTC()
		if got, want := string(appendTime(nil, at.UnixMicro())), at.Format(`"2006-01-02T15:04:05.000000+00:00"`); got != want {
			rt.Fatalf("got %s, want %s", got, want)
		}
	})
}

func TestHistoryErrors(t *testing.T) {
	s, g, ch := newChannel(t, Options{})
	closed := g.AddChannel(ChannelSpec{Overwrites: []Overwrite{{ID: g.ID(), Deny: PermViewChannel}}})
	mute := g.AddChannel(ChannelSpec{Overwrites: []Overwrite{{ID: g.ID(), Deny: PermReadMessageHistory}}})
	voice := g.AddChannel(ChannelSpec{Type: VoiceChannel})
	g.DenyBot(voice, PermConnect)
	g.SetOverwrite(mute, Overwrite{ID: s.BotID(), Type: 1, Deny: PermReadMessageHistory})
	s.Send(mute, Message{})
	for _, c := range []struct {
		path         string
		status, code int
	}{
		{"/channels/1/messages", 404, 10003},
		{"/channels/" + closed.String() + "/messages", 403, 50001},
		{"/channels/" + voice.String() + "/messages", 403, 50001},
		{"/channels/" + ch.String() + "/messages?limit=101", 400, 50035},
		{"/channels/" + ch.String() + "/messages?limit=0", 400, 50035},
		{"/channels/" + ch.String() + "/messages?before=1&after=1", 400, 50035},
		{"/channels/" + ch.String() + "/messages/1", 404, 10008},
		{"/guilds/1", 404, 10004},
		{"/guilds/" + g.ID().String() + "/members/1", 404, 10007},
		{"/nonsense", 404, 0},
	} {
		if a := get(t, s, c.path); a.status != c.status || a.code(t) != c.code {
			t.Errorf("%s: %d %s, want %d %d", c.path, a.status, a.body, c.status, c.code)
		}
	}
	if a := get(t, s, "/channels/"+mute.String()+"/messages"); a.status != 200 || string(a.body) != "[]" {
		t.Errorf("without READ_MESSAGE_HISTORY: %d %s", a.status, a.body)
	}
	if v := s.Violations(); len(v) != 4 {
		t.Errorf("violations %q", v)
	}
}

func TestHistoryHookActsBeforeThePage(t *testing.T) {
	s, _, ch := newChannel(t, Options{})
	a, b := s.Send(ch, Message{}), s.Send(ch, Message{})
	s.OnHistory(func(r HistoryRequest) { s.Delete(r.Channel, b) })
	if got := ask(t, s, "/channels/"+ch.String()+"/messages?limit=7"); !slices.Equal(got, []snowflake.ID{a}) {
		t.Errorf("got %v", got)
	}
	h := s.HistoryRequests()
	if len(h) != 1 || h[0].Served != 1 || h[0].Limit != 7 || h[0].Status != 200 || h[0].Newest != a {
		t.Errorf("recorded %+v", h)
	}
}

func TestThreadLists(t *testing.T) {
	s, g, ch := newChannel(t, Options{})
	start := s.Send(ch, Message{})
	at := time.Date(2024, 5, 6, 7, 8, 9, 123456000, time.UTC)
	var want []string
	for i := range 5 {
		id := g.AddThread(ThreadSpec{Parent: ch, Archived: true, ArchivedAt: at.Add(time.Duration(-i) * time.Microsecond)})
		want = append(want, id.String())
	}
	active := g.AddThread(ThreadSpec{Parent: ch, StarterMessage: start})
	private := g.AddThread(ThreadSpec{Parent: ch, Type: PrivateThread, Archived: true})
	joined := g.AddThread(ThreadSpec{Parent: ch, Type: PrivateThread, Archived: true, BotJoined: true})
	type list struct {
		Threads []*discordgo.Channel
		Members []json.RawMessage
		More    bool `json:"has_more"`
	}
	read := func(path string) (l list) {
		t.Helper()
		a := get(t, s, path)
		if a.status != 200 {
			t.Fatalf("%s: %d %s", path, a.status, a.body)
		}
		a.into(t, &l)
		return l
	}
	base := "/channels/" + ch.String()
	var got []string
	for before := ""; ; {
		l := read(base + "/threads/archived/public?limit=2" + before)
		for _, th := range l.Threads {
			got = append(got, th.ID)
			before = "&before=" + th.ThreadMetadata.ArchiveTimestamp.Format(time.RFC3339Nano)
		}
		if !l.More {
			break
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("archived %v, want %v", got, want)
	}
	if l := read("/guilds/" + g.ID().String() + "/threads/active"); len(l.Threads) != 1 || l.Threads[0].ID != active.String() || active != start {
		t.Errorf("active %+v", l)
	}
	if l := read(base + "/threads/archived/private"); len(l.Threads) != 2 {
		t.Errorf("private %+v", l)
	}
	g.SetBotPermissions(DefaultBotPermissions &^ PermManageThreads)
	if a := get(t, s, base+"/threads/archived/private"); a.status != 403 {
		t.Errorf("private without MANAGE_THREADS: %d", a.status)
	}
	if a := get(t, s, "/channels/"+private.String()+"/messages"); a.status != 403 {
		t.Errorf("private thread, not joined: %d", a.status)
	}
	if l := read(base + "/users/@me/threads/archived/private"); len(l.Threads) != 1 || l.Threads[0].ID != joined.String() || len(l.Members) != 1 {
		t.Errorf("joined %+v", l)
	}
	clean(t, s)
}

func TestForumPost(t *testing.T) {
	s, g, _ := newChannel(t, Options{})
	forum := g.AddChannel(ChannelSpec{Type: ForumChannel})
	ann := g.AddUser("ann", false)
	post := g.AddThread(ThreadSpec{Parent: forum, Owner: ann})
	s.Send(post, Message{Author: ann})
	if got := s.Truth(g.ID()); got.Total != 2 || got.Users[ann] != 2 || got.Channels[post] != 2 {
		t.Errorf("truth %+v", got)
	}
	if got := ask(t, s, "/channels/"+post.String()+"/messages?before="+(post+1).String()); !slices.Equal(got, []snowflake.ID{post}) {
		t.Errorf("starter %v", got)
	}
}
