package discordtest

import (
	"context"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"

	"tally/eventlog/snowflake"
)

// open connects a discordgo session whose events arrive in order on a channel.
func open(t *testing.T, s *Server) (*discordgo.Session, chan *discordgo.Event) {
	t.Helper()
	d := s.Session()
	d.SyncEvents = true
	d.StateEnabled = false // the state shares memory with handlers
	events := make(chan *discordgo.Event, 100_000)
	d.AddHandler(func(_ *discordgo.Session, e *discordgo.Event) { events <- e })
	if err := d.Open(); err != nil {
		t.Fatal(err)
	}
	beating(t, s)
	t.Cleanup(func() {
		beating(t, s)
		_ = d.Close()
		d.Client.CloseIdleConnections()
	})
	return d, events
}

// beating waits until every connection has had a heartbeat: when discordgo is cut or closed before
// its first one, it connects a second time, or for ever.
func beating(t *testing.T, s *Server) {
	t.Helper()
	err := s.AwaitSessions(deadline(t), func(list []SessionInfo) bool {
		return !slices.ContainsFunc(list, func(i SessionInfo) bool { return i.Connected && i.Heartbeats == 0 })
	})
	if err != nil {
		t.Fatal(err)
	}
}

// until takes events up to the first of a type.
func until(t *testing.T, events chan *discordgo.Event, typ string) *discordgo.Event {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for {
		select {
		case e := <-events:
			if e.Type == typ {
				return e
			}
		case <-ctx.Done():
			t.Fatalf("no %s came", typ)
		}
	}
}

func TestDiscordgoOpens(t *testing.T) {
	t.Parallel()
	s, g, ch := newChannel(t, Options{})
	forum := g.AddChannel(ChannelSpec{Name: "forum", Type: ForumChannel})
	post := g.AddThread(ThreadSpec{Parent: forum, Name: "post"})
	hidden := g.AddChannel(ChannelSpec{Name: "secret", Overwrites: []Overwrite{{ID: g.ID(), Deny: PermViewChannel}}})
	d, events := open(t, s)

	ready := until(t, events, "READY").Struct.(*discordgo.Ready)
	if ready.User.ID != s.BotID().String() || len(ready.Guilds) != 1 || !ready.Guilds[0].Unavailable {
		t.Fatalf("READY %+v", ready)
	}
	got := until(t, events, "GUILD_CREATE").Struct.(*discordgo.GuildCreate)
	if len(got.Channels) != 3 || len(got.Threads) != 1 || got.Threads[0].ID != post.String() || len(got.Members) != 1 {
		t.Fatalf("GUILD_CREATE %+v", got.Guild)
	}
	for _, c := range got.Channels {
		if (c.ID == hidden.String()) != (c.Name == "___hidden___") {
			t.Errorf("channel %s is named %q", c.ID, c.Name)
		}
	}
	ann := g.AddUser("ann", false)
	id := s.Send(ch, Message{Author: ann})
	m := until(t, events, "MESSAGE_CREATE").Struct.(*discordgo.MessageCreate)
	if m.ID != id.String() || m.Author.ID != ann.String() || m.GuildID != g.ID().String() || m.Member == nil {
		t.Fatalf("MESSAGE_CREATE %+v", m.Message)
	}
	page, err := d.ChannelMessages(ch.String(), 100, "", "", "")
	if err != nil || len(page) != 1 || page[0].ID != id.String() || page[0].GuildID != "" {
		t.Fatalf("page %v, %v", page, err)
	}
	s.Delete(ch, id)
	until(t, events, "MESSAGE_DELETE")
	clean(t, s)
}

func TestGatewayShowsOnlyWhatMayBeSeen(t *testing.T) {
	t.Parallel()
	s, g, ch := newChannel(t, Options{})
	hidden := g.AddChannel(ChannelSpec{Overwrites: []Overwrite{{ID: s.BotID(), Type: 1, Deny: PermViewChannel}}})
	ann := g.AddUser("ann", false)
	dm := s.AddDM(ann)
	_, events := open(t, s)
	until(t, events, "GUILD_CREATE")
	s.Send(hidden, Message{Author: ann})
	s.Send(dm, Message{Author: ann})
	s.Send(ch, Message{Author: ann, Flags: FlagEphemeral})
	s.Send(ch, Message{Author: ann, Delivery: HistoryOnly})
	last := s.Send(ch, Message{Author: ann, Content: "secret"})
	m := until(t, events, "MESSAGE_CREATE").Struct.(*discordgo.MessageCreate)
	if m.ID != last.String() || m.Content != "" {
		t.Fatalf("got %+v", m.Message)
	}
	g.AllowBot(hidden, PermViewChannel)
	u := until(t, events, "CHANNEL_UPDATE").Struct.(*discordgo.ChannelUpdate)
	if u.ID != hidden.String() || u.Flags != 0 {
		t.Fatalf("got %+v", u.Channel)
	}
	until(t, events, "THREAD_LIST_SYNC")
	clean(t, s)
}

func TestDispatchIsOrderedAndFast(t *testing.T) {
	t.Parallel()
	s, g, ch := newChannel(t, Options{})
	ann := g.AddUser("ann", false)
	_, events := open(t, s)
	until(t, events, "GUILD_CREATE")
	const n = 20_000
	ids := make([]snowflake.ID, n)
	for i := range ids {
		ids[i] = s.Send(ch, Message{Author: ann})
	}
	for i, want := range ids {
		m := until(t, events, "MESSAGE_CREATE").Struct.(*discordgo.MessageCreate)
		if m.ID != want.String() {
			t.Fatalf("message %d is %s, want %v", i, m.ID, want)
		}
	}
	clean(t, s)
}

func TestResumeReplaysInOrder(t *testing.T) {
	t.Parallel()
	s, g, ch := newChannel(t, Options{})
	ann := g.AddUser("ann", false)
	_, events := open(t, s)
	until(t, events, "GUILD_CREATE")
	s.Disconnect(Cut{})
	var want []snowflake.ID
	for range 5 {
		want = append(want, s.Send(ch, Message{Author: ann}))
	}
	for _, id := range want {
		if m := until(t, events, "MESSAGE_CREATE").Struct.(*discordgo.MessageCreate); m.ID != id.String() {
			t.Fatalf("got %s, want %v", m.ID, id)
		}
	}
	until(t, events, "RESUMED")
	if n := s.Stats(); n.Identifies != 1 || n.Resumes != 1 {
		t.Fatalf("%d identifies, %d resumes", n.Identifies, n.Resumes)
	}
	clean(t, s)
}

func TestInvalidatedSessionStartsAnew(t *testing.T) {
	t.Parallel()
	s, g, ch := newChannel(t, Options{})
	_, events := open(t, s)
	until(t, events, "GUILD_CREATE")
	s.Disconnect(Cut{Invalidate: true})
	lost := s.Send(ch, Message{})
	until(t, events, "READY")
	until(t, events, "GUILD_CREATE")
	found := s.Send(ch, Message{})
	m := until(t, events, "MESSAGE_CREATE").Struct.(*discordgo.MessageCreate)
	if m.ID != found.String() || m.ID == lost.String() {
		t.Fatalf("got %s", m.ID)
	}
	if g.Owner().String() != m.Author.ID {
		t.Fatalf("author %s", m.Author.ID)
	}
	clean(t, s)
}

func TestOp7IsResumed(t *testing.T) {
	t.Parallel()
	s, _, ch := newChannel(t, Options{})
	_, events := open(t, s)
	until(t, events, "GUILD_CREATE")
	s.Reconnect()
	until(t, events, "RESUMED")
	s.Send(ch, Message{})
	until(t, events, "MESSAGE_CREATE")
	clean(t, s)
}

func TestReplayHasAnEnd(t *testing.T) {
	t.Parallel()
	s, _, ch := newChannel(t, Options{ReplayLimit: 3})
	_, events := open(t, s)
	until(t, events, "GUILD_CREATE")
	s.Disconnect(Cut{})
	for range 4 {
		s.Send(ch, Message{})
	}
	until(t, events, "READY")
	clean(t, s)
}

func TestDispatchFaults(t *testing.T) {
	t.Parallel()
	s, _, ch := newChannel(t, Options{})
	_, events := open(t, s)
	until(t, events, "GUILD_CREATE")
	s.OnDispatch(func(event string, _ []byte) int {
		if event == "MESSAGE_CREATE" {
			return 2
		}
		return 1
	})
	a := s.Send(ch, Message{})
	for range 2 {
		if m := until(t, events, "MESSAGE_CREATE").Struct.(*discordgo.MessageCreate); m.ID != a.String() {
			t.Fatalf("got %s, want %v twice", m.ID, a)
		}
	}
	s.OnDispatch(func(string, []byte) int { return 0 }) // without a word: the numbers of events go on without a hole
	lost := s.Send(ch, Message{})
	if got := pageIDs(t, s, ch, "", 0, 1); len(got) != 1 || got[0] != lost {
		t.Fatalf("the history has %v, want %v", got, lost)
	}
	s.OnDispatch(nil)
	s.Redeliver(ch, a)
	if m := until(t, events, "MESSAGE_CREATE").Struct.(*discordgo.MessageCreate); m.ID != a.String() {
		t.Fatalf("got %s, want %v: the one before was dropped", m.ID, a)
	}
	s.Redeliver(ch, a)
	s.Dispatch("ANYTHING", json.RawMessage(`{"x":1}`))
	until(t, events, "MESSAGE_CREATE")
	until(t, events, "ANYTHING")
}
