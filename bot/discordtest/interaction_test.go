package discordtest

import (
	"bytes"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/coder/websocket"
)

// answering opens a discordgo session that answers interactions with f and registers /ask.
func answering(t *testing.T, s *Server, f func(d *discordgo.Session, i *discordgo.Interaction)) *discordgo.Session {
	t.Helper()
	d, events := open(t, s)
	d.AddHandler(func(d *discordgo.Session, i *discordgo.InteractionCreate) { go f(d, i.Interaction) })
	until(t, events, "READY")
	var admins int64
	_, err := d.ApplicationCommandBulkOverwrite(s.AppID().String(), "", []*discordgo.ApplicationCommand{
		{Name: "ask", Description: "ask", Options: []*discordgo.ApplicationCommandOption{
			{Type: discordgo.ApplicationCommandOptionUser, Name: "user", Description: "who"},
			{Type: discordgo.ApplicationCommandOptionBoolean, Name: "force", Description: "really"},
		}},
		{Name: "rule", Description: "rule", DefaultMemberPermissions: &admins},
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestCommandAndButton(t *testing.T) {
	t.Parallel()
	s, g, ch := newChannel(t, Options{})
	none := &discordgo.MessageAllowedMentions{}
	answering(t, s, func(d *discordgo.Session, i *discordgo.Interaction) {
		var err error
		if i.Type == discordgo.InteractionMessageComponent {
			err = d.InteractionRespond(i, &discordgo.InteractionResponse{
				Type: discordgo.InteractionResponseUpdateMessage,
				Data: &discordgo.InteractionResponseData{Content: "pressed " + i.MessageComponentData().CustomID, AllowedMentions: none},
			})
		} else {
			err = d.InteractionRespond(i, &discordgo.InteractionResponse{
				Type: discordgo.InteractionResponseChannelMessageWithSource,
				Data: &discordgo.InteractionResponseData{
					Content: "hello " + i.ApplicationCommandData().Options[0].UserValue(d).ID, AllowedMentions: none,
					Components: []discordgo.MessageComponent{discordgo.ActionsRow{Components: []discordgo.MessageComponent{
						discordgo.Button{Label: "more", CustomID: "more", Style: discordgo.PrimaryButton},
					}}},
					Files: []*discordgo.File{{Name: "a.png", ContentType: "image/png", Reader: bytes.NewReader([]byte("png"))}},
				},
			})
		}
		if err != nil {
			t.Error(err)
		}
	})
	ann := g.AddUser("ann", false)
	cmd := Command{Guild: g.ID(), Channel: ch, User: ann, Name: "ask", Options: map[string]any{"user": ann, "force": true}}
	i, err := s.Interact(deadline(t), cmd)
	if err != nil {
		t.Fatal(err)
	}
	r := i.Response()
	if r.Content != "hello "+ann.String() || r.Type != 20 || len(r.Files) != 1 || string(r.Files[0].Data) != "png" || i.Callback() != 4 {
		t.Fatalf("answer %+v", r)
	}
	if _, err := i.Press(deadline(t), "less"); !errors.Is(err, ErrNoComponent) {
		t.Fatalf("press of nothing: %v", err)
	}
	p, err := i.Press(deadline(t), "more")
	if err != nil {
		t.Fatal(err)
	}
	if p.Callback() != 7 || i.Response().Content != "pressed more" || len(s.Messages(ch)) != 1 {
		t.Fatalf("after the press: %+v", i.Response())
	}
	if s.Truth(g.ID()).Total != 0 {
		t.Error("a bot's answer counts")
	}
	clean(t, s)
}

func TestDeferredEphemeral(t *testing.T) {
	t.Parallel()
	s, g, ch := newChannel(t, Options{})
	answering(t, s, func(d *discordgo.Session, i *discordgo.Interaction) {
		err := d.InteractionRespond(i, &discordgo.InteractionResponse{
			Type: discordgo.InteractionResponseDeferredChannelMessageWithSource,
			Data: &discordgo.InteractionResponseData{Flags: discordgo.MessageFlagsEphemeral},
		})
		done := "done"
		_, err2 := d.InteractionResponseEdit(i, &discordgo.WebhookEdit{Content: &done})
		_, err3 := d.FollowupMessageCreate(i, true, &discordgo.WebhookParams{
			Content: "and more", AllowedMentions: &discordgo.MessageAllowedMentions{},
		})
		if err := errors.Join(err, err2, err3); err != nil {
			t.Error(err)
		}
	})
	i, err := s.Interact(deadline(t), Command{Guild: g.ID(), Channel: ch, User: g.Owner(), Name: "ask"})
	if err != nil {
		t.Fatal(err)
	}
	r, err := i.Filled(deadline(t))
	if err != nil || r.Content != "done" || !r.Ephemeral() || i.Callback() != 5 {
		t.Fatalf("%+v, %v", r, err)
	}
	if _, err := s.WaitMessage(deadline(t), ch, func(r Reply) bool { return r.Content == "and more" }); err != nil {
		t.Fatal(err)
	}
	if len(s.Messages(ch)) != 1 {
		t.Error("the ephemeral answer is in the history")
	}
	clean(t, s)
}

func TestInteractRefuses(t *testing.T) {
	t.Parallel()
	s, g, ch := newChannel(t, Options{})
	ann := g.AddUser("ann", false)
	d := answering(t, s, func(d *discordgo.Session, i *discordgo.Interaction) {})
	for _, c := range []struct {
		cmd  Command
		want error
	}{
		{Command{Name: "nothing"}, ErrUnknownCommand},
		{Command{Name: "rule"}, ErrNotAllowed},
		{Command{Name: "ask", Options: map[string]any{"colour": 1}}, ErrBadOption},
		{Command{Name: "ask", Options: map[string]any{"force": 1}}, ErrBadOption},
	} {
		c.cmd.Guild, c.cmd.Channel, c.cmd.User = g.ID(), ch, ann
		if _, err := s.Interact(deadline(t), c.cmd); !errors.Is(err, c.want) {
			t.Errorf("%+v: %v, want %v", c.cmd, err, c.want)
		}
	}
	_ = d.Close()
	if err := s.AwaitSessions(deadline(t), func(list []SessionInfo) bool { return len(list) == 0 }); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Interact(deadline(t), Command{Guild: g.ID(), Channel: ch, User: ann, Name: "ask"}); !errors.Is(err, ErrNoSession) {
		t.Errorf("without a session: %v", err)
	}
	clean(t, s)
}

func TestLateAndDoubleAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewPipes()
		s := New(Options{Listener: l})
		defer s.Close()
		g := s.AddGuild("test")
		ch := g.AddChannel(ChannelSpec{})
		ws, _, err := websocket.Dial(t.Context(), s.gatewayURL(), &websocket.DialOptions{HTTPClient: &http.Client{Transport: l.HTTP()}})
		if err != nil {
			t.Fatal(err)
		}
		defer ws.CloseNow()
		ws.SetReadLimit(1 << 20)
		_ = ws.Write(t.Context(), websocket.MessageText, []byte(hello))
		if _, err := hear(t.Context(), ws, isType("GUILD_CREATE")); err != nil {
			t.Fatal(err)
		}
		post := func(path, body string) int {
			r, _ := http.NewRequest("POST", s.URL()+"/api/v10"+path, strings.NewReader(body))
			r.Header.Set("User-Agent", "DiscordBot (x, 1)")
			r.Header.Set("Authorization", "Bot "+s.Token())
			r.Header.Set("Content-Type", "application/json")
			resp, err := (&http.Client{Transport: l.HTTP()}).Do(r)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			return resp.StatusCode
		}
		if got := post("/applications/"+s.AppID().String()+"/commands", `{"name":"ask","description":"x"}`); got != 201 {
			t.Fatal(got)
		}
		i, err := s.Interact(t.Context(), Command{Guild: g.ID(), Channel: ch, User: g.Owner(), Name: "ask"})
		if !errors.Is(err, ErrNoAnswer) {
			t.Fatal(err)
		}
		time.Sleep(time.Millisecond)
		path := "/interactions/" + i.ID().String() + "/" + i.Token() + "/callback"
		if got := post(path, `{"type":5}`); got != 404 || len(s.Violations()) != 1 {
			t.Fatalf("late: %d, %q", got, s.Violations())
		}
		answers := make(chan int, 2)
		go func() {
			p, err := hear(t.Context(), ws, func(p packet, _ websocket.MessageType) bool {
				return p.T == "INTERACTION_CREATE" && !bytes.Contains(p.D, []byte(i.Token()))
			})
			if err != nil {
				t.Error(err)
			}
			var d struct{ ID, Token string }
			_ = (answer{body: p.D}).try(&d)
			for range 2 {
				answers <- post("/interactions/"+d.ID+"/"+d.Token+"/callback", `{"type":5}`)
			}
		}()
		if _, err = s.Interact(t.Context(), Command{Guild: g.ID(), Channel: ch, User: g.Owner(), Name: "ask"}); err != nil {
			t.Fatal(err)
		}
		if a, b := <-answers, <-answers; a != 204 || b != 400 || len(s.Violations()) != 2 {
			t.Fatalf("double: %d %d, %q", a, b, s.Violations())
		}
	})
}

func TestMessageLimits(t *testing.T) {
	t.Parallel()
	s, _, ch := newChannel(t, Options{})
	for _, c := range []struct {
		name, body string
		status     int
		violations int
	}{
		{"good", `{"content":"x","allowed_mentions":{"parse":[]}}`, 200, 0},
		{"could ping", `{"content":"x"}`, 200, 1},
		{"empty", `{}`, 400, 0},
		{"content too long", `{"content":"` + strings.Repeat("x", 2001) + `"}`, 400, 1},
		{"title too long", `{"embeds":[{"title":"` + strings.Repeat("x", 257) + `"}],"allowed_mentions":{"parse":[]}}`, 400, 1},
		{"empty field", `{"embeds":[{"fields":[{"name":"","value":"x"}]}],"allowed_mentions":{"parse":[]}}`, 400, 1},
		{"button without id", `{"components":[{"type":1,"components":[{"type":2,"style":1,"label":"x"}]}]}`, 400, 1},
		{"not JSON", `{`, 400, 1},
	} {
		before := len(s.Violations())
		a := rest(t, s, "POST", "/channels/"+ch.String()+"/messages", c.body)
		if got := len(s.Violations()) - before; a.status != c.status || got != c.violations {
			t.Errorf("%s: %d %s, %d violations", c.name, a.status, a.body, got)
		}
	}
}
