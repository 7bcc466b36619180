// Package roomtest sets the rooms of one guild up for their tests, on an emulated Discord to whose gateway
// nobody listens. All that it opens is closed when the test ends.
package roomtest

import (
	"log/slog"
	"testing"

	"tally/bot/directory"
	"tally/bot/discord"
	"tally/bot/discordtest"
	"tally/bot/gate"
	"tally/bot/history"
	"tally/bot/rest"
	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// Must ends the test on an error.
func Must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Gate opens a guild's gate on a log of its own.
func Gate(t *testing.T, guild snowflake.ID) *gate.Gate {
	t.Helper()
	log, err := eventlog.Open(t.TempDir(), eventlog.Options{NoSync: true})
	Must(t, err)
	g, err := gate.Open(log, guild, slog.New(slog.DiscardHandler))
	Must(t, err)
	t.Cleanup(func() {
		g.Close()
		Must(t, log.Close())
	})
	return g
}

// Reader returns what reads a guild's history without limits, over a network in memory or, if that is nil,
// over loopback. Its directory is empty: see Arrive.
func Reader(t *testing.T, s *discordtest.Server, guild snowflake.ID, p *discordtest.Pipes) history.Reader {
	t.Helper()
	o := rest.Options{BaseURL: s.URL(), GlobalPerSecond: rest.Unlimited, HistoryPerSecond: rest.Unlimited}
	if p != nil {
		o.BaseURL, o.Next = "", s.Transport(p.HTTP())
	}
	return ReaderWith(t, s, guild, o)
}

// ReaderWith is Reader with other limits.
func ReaderWith(t *testing.T, s *discordtest.Server, guild snowflake.ID, o rest.Options) history.Reader {
	t.Helper()
	transport, err := rest.NewTransport(o)
	Must(t, err)
	if o.Next == nil {
		t.Cleanup(transport.CloseIdleConnections)
	}
	return history.Reader{
		Guild: guild, Client: rest.NewClient(rest.NewSession(s.Token(), transport)),
		Directory: directory.New(s.BotID()), Log: slog.New(slog.DiscardHandler),
	}
}

// Arrive fills a reader's directory as GUILD_CREATE does: with the channels and active threads as they are.
func Arrive(t *testing.T, r history.Reader, bot snowflake.ID) {
	t.Helper()
	g, err := r.Client.Guild(t.Context(), r.Guild)
	Must(t, err)
	me, err := r.Client.Member(t.Context(), r.Guild, bot)
	Must(t, err)
	g.Members = []discord.Member{me}
	g.Channels, err = r.Client.Channels(t.Context(), r.Guild)
	Must(t, err)
	g.Threads, err = r.Client.ActiveThreads(t.Context(), r.Guild)
	Must(t, err)
	r.Directory.Reset(g)
}
