package bot

import (
	"encoding/json"
	"log/slog"
	"testing"

	"tally/bot/discordtest"
	"tally/bot/session"
	"tally/projections"
)

// TestWatched: who looks at the bot sees whether it hears, what it counts, and names.
func TestWatched(t *testing.T) {
	w := newWorld(t, discordtest.Options{})
	g := discordtest.Generate(w.Server, discordtest.GenerateOptions{Messages: 10, Channels: 2, Seed: 1})
	w.start()
	w.until("the bot is connected", w.bot.Connected)
	var seen int
	w.bot.EachGuild(func(state *projections.Guild) {
		if seen++; state.ID != g.ID() {
			t.Errorf("guild %s", state.ID)
		}
	})
	if seen != 1 {
		t.Errorf("%d guilds", seen)
	}
	channel := g.Channels()[0]
	if target := w.target(g); w.bot.Name(g.ID()) != target.Directory.Name() || w.bot.Name(g.ID()) == "" {
		t.Errorf("the guild's name is %q", w.bot.Name(g.ID()))
	}
	if w.bot.Name(channel) == "" || w.bot.Name(1) != "" {
		t.Errorf("a channel's name is %q, that of nothing %q", w.bot.Name(channel), w.bot.Name(1))
	}
}

// TestConnected follows the connection through its life.
func TestConnected(t *testing.T) {
	b := &Bot{log: slog.New(slog.DiscardHandler)}
	for _, step := range []struct {
		event string
		want  bool
	}{{"HELLO", false}, {"READY", true}, {session.Disconnected, false}, {"RESUMED", true}, {session.Disconnected, false}, {"READY", true}} {
		if err := b.take(t.Context(), session.Event{Type: step.event, Data: json.RawMessage(`{}`)}); err != nil {
			t.Fatal(err)
		}
		if b.Connected() != step.want {
			t.Errorf("after %s connected is %v", step.event, b.Connected())
		}
	}
}
