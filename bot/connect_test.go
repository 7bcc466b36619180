package bot

import (
	"context"
	"errors"
	"log/slog"
	"testing"

	"tally/bot/discordtest"
	"tally/bot/rest"
	"tally/bot/session"
	"tally/eventlog"
)

// runBot runs a bot to its end and returns its error.
func runBot(t *testing.T, s *discordtest.Server, token string) error {
	t.Helper()
	log, err := eventlog.Open(t.TempDir(), eventlog.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = log.Close() }()
	b, err := New(Options{
		Token: token, Log: log, URL: s.URL(), GlobalPerSecond: rest.Unlimited, HistoryPerSecond: rest.Unlimited,
		Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	return b.Run(ctx)
}

func TestWrongToken(t *testing.T) {
	s := discordtest.New(discordtest.Options{})
	defer s.Close()
	if err := runBot(t, s, "not-the-token"); !errors.Is(err, session.ErrToken) {
		t.Errorf("got %v, want %v", err, session.ErrToken)
	}
	if n := s.Stats().Requests; n > 1 {
		t.Errorf("%d requests were sent with a wrong token", n)
	}
}

func TestMissingIntents(t *testing.T) {
	s := discordtest.New(discordtest.Options{AllowedIntents: discordtest.IntentGuilds})
	defer s.Close()
	if err := runBot(t, s, s.Token()); !errors.Is(err, session.ErrIntents) {
		t.Errorf("got %v, want %v", err, session.ErrIntents)
	}
	if n := s.Stats().Identifies; n > 1 {
		t.Errorf("it identified %d times", n)
	}
}

func TestReconnects(t *testing.T) {
	w := newWorld(t, discordtest.Options{})
	s := w.addServer("reconnect")
	w.start()
	w.write(s, 10)
	w.exact(s.Guild)
	beating := func(all []discordtest.SessionInfo) bool {
		return len(all) == 1 && all[0].Connected && all[0].Heartbeats > 0
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := w.AwaitSessions(ctx, beating); err != nil {
		t.Fatal(err)
	}
	before := w.Stats()
	w.Disconnect(discordtest.Cut{Code: 4000})
	w.until("it connects again", func() bool {
		after := w.Stats()
		return after.Resumes+after.Identifies > before.Resumes+before.Identifies
	})
	w.until("it listens", func() bool { return beating(w.Sessions()) })
	w.write(s, 10)
	w.exact(s.Guild)
}
