package gate

import (
	"context"
	"log/slog"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"tally/bot/discord"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const guildID = snowflake.ID(77)

var silent = slog.New(slog.DiscardHandler)

// fataler is a *testing.T or a *rapid.T.
type fataler interface {
	Helper()
	Fatal(...any)
}

func must(t fataler, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func openLog(t fataler, dir string) *eventlog.Log {
	t.Helper()
	log, err := eventlog.Open(dir, eventlog.Options{NoSync: true})
	must(t, err)
	return log
}

func openGate(t fataler, log *eventlog.Log) *Gate {
	t.Helper()
	g, err := Open(log, guildID, silent)
	must(t, err)
	return g
}

// newGate returns a gate on a log of its own; both are closed at the end of the test.
func newGate(t *testing.T) *Gate {
	log := openLog(t, t.TempDir())
	g := openGate(t, log)
	t.Cleanup(func() {
		g.Close()
		must(t, log.Close())
	})
	return g
}

// write gives the gate events, and with none waits for all that was given before.
func write(t fataler, g *Gate, bodies ...eventlog.Body) {
	t.Helper()
	must(t, g.Write(context.Background(), func(*projections.Guild) ([]eventlog.Body, error) { return bodies, nil }))
}

func total(g *Gate) (n uint64) {
	g.View(func(state *projections.Guild) { n = state.Total() })
	return n
}

func said(channel, author snowflake.ID, ids ...snowflake.ID) []discord.Message {
	var all []discord.Message
	for _, id := range ids {
		all = append(all, discord.Message{ID: id, Channel: channel, Author: author})
	}
	return all
}

// held keeps the writer waiting until the function that it returns is called, so that what is given to
// the gate meanwhile is written together.
func held(t fataler, g *Gate) (release func()) {
	t.Helper()
	entered, leave := make(chan struct{}), make(chan struct{})
	must(t, g.Tell(context.Background(), func(*projections.Guild) []eventlog.Body {
		close(entered)
		<-leave
		return nil
	}))
	<-entered
	return sync.OnceFunc(func() { close(leave) })
}
