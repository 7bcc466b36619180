package catchup

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"tally/bot/directory"
	"tally/bot/discord"
	"tally/bot/discordtest"
	"tally/bot/gate"
	"tally/bot/history"
	"tally/bot/rest"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// pipes is a listener in memory, for synctest bubbles.
type pipes struct {
	conns chan net.Conn
	once  sync.Once
	done  chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.done) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }

func (p *pipes) dial(context.Context, string, string) (net.Conn, error) {
	a, b := net.Pipe()
	select {
	case p.conns <- b:
		return a, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

// world is an emulated Discord in a synctest bubble, and a catch-up on it. Nobody listens to its gateway.
type world struct {
	*discordtest.Server
	*discordtest.Guild
	t            *testing.T
	general, ann snowflake.ID
	log          *eventlog.Log
	gate         *gate.Gate
	c            *Catchup
}

// inWorld runs a test in a world that has ten messages, and whose bot has been listening for a day.
func inWorld(t *testing.T, test func(*world)) {
	synctest.Test(t, func(t *testing.T) {
		p := &pipes{conns: make(chan net.Conn), done: make(chan struct{})}
		s := discordtest.New(discordtest.Options{Listener: p})
		defer s.Close()
		w := &world{Server: s, Guild: s.AddGuild("test"), t: t}
		w.general, w.ann = w.AddChannel(discordtest.ChannelSpec{Name: "general"}), w.AddUser("ann", false)
		time.Sleep(24 * time.Hour)
		var err error
		w.log, err = eventlog.Open(t.TempDir(), eventlog.Options{NoSync: true})
		must(t, err)
		defer func() { must(t, w.log.Close()) }()
		w.gate, err = gate.Open(w.log, w.Guild.ID(), slog.New(slog.DiscardHandler))
		must(t, err)
		defer w.gate.Close()
		w.c = &Catchup{Reader: w.reader(p), Gate: w.gate, Now: s.Now}
		test(w)
	})
}

func (w *world) reader(p *pipes) history.Reader {
	next := w.Transport(&http.Transport{DialContext: p.dial, DisableKeepAlives: true})
	transport, err := rest.NewTransport(rest.Options{GlobalPerSecond: rest.Unlimited, HistoryPerSecond: rest.Unlimited, Next: next})
	must(w.t, err)
	return history.Reader{
		Guild: w.Guild.ID(), Client: rest.NewClient(rest.NewSession(w.Token(), transport)),
		Directory: directory.New(w.BotID()), Log: slog.New(slog.DiscardHandler),
	}
}

// arrive is what GUILD_CREATE brings: the guild as it is now, and what was missed is a gap.
func (w *world) arrive() {
	w.t.Helper()
	ctx := w.t.Context()
	g, err := w.c.Client.Guild(ctx, w.Guild.ID())
	must(w.t, err)
	me, err := w.c.Client.Member(ctx, w.Guild.ID(), w.BotID())
	must(w.t, err)
	g.Members = []discord.Member{me}
	g.Channels, err = w.c.Client.Channels(ctx, w.Guild.ID())
	must(w.t, err)
	g.Threads, err = w.c.Client.ActiveThreads(ctx, w.Guild.ID())
	must(w.t, err)
	w.c.Directory.Reset(g)
	must(w.t, w.c.Open(ctx))
}

func (w *world) write(channel snowflake.ID, n int) {
	for range n {
		w.Send(channel, discordtest.Message{Author: w.ann})
	}
}

func (w *world) state() (total, gaps int) {
	w.gate.View(func(g *projections.Guild) { total, gaps = int(g.Total()), len(g.Gaps()) })
	return total, gaps
}

// wants checks how many messages are counted and gaps are open.
func (w *world) wants(total, gaps int) {
	w.t.Helper()
	must(w.t, w.gate.Write(w.t.Context(), func(*projections.Guild) ([]eventlog.Body, error) { return nil, nil }))
	if n, open := w.state(); n != total || open != gaps {
		w.t.Errorf("%d messages are counted, %d gaps are open; want %d, %d", n, open, total, gaps)
	}
}
