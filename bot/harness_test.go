package bot

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tally/bot/commands"
	"tally/bot/discordtest"
	"tally/bot/rest"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience bounds waits for what must come; no test asserts on how long it took.
const patience = 20 * time.Second

// world is an emulated Discord with a bot on it.
type world struct {
	*discordtest.Server
	t    *testing.T
	dir  string
	log  *eventlog.Log
	bot  *Bot
	stop func()
	line *line // set in a bubble: the way to the emulator

	rules discordtest.Rules // by which the truth is counted

	running atomic.Pointer[Bot] // bot, for hooks of the emulator
	erased  []snowflake.ID      // users who had themselves erased
	days    int                 // for which the data of a guild is kept that the bot was removed from
}

// newWorld starts an emulated Discord; start starts the bot on it.
func newWorld(t *testing.T, o discordtest.Options) *world {
	t.Helper()
	o.Limits.IdentifyEvery = -1
	w := &world{Server: discordtest.New(o), t: t, dir: t.TempDir()}
	t.Cleanup(func() {
		w.stopBot()
		for _, v := range w.Violations() {
			t.Errorf("violation: %s", v)
		}
		w.Close()
	})
	return w
}

func (w *world) start() {
	w.t.Helper()
	w.startIn(w.Guilds()...)
}

// startIn starts the bot and waits until it knows the guilds that it is in.
func (w *world) startIn(guilds ...*discordtest.Guild) {
	w.t.Helper()
	log, err := eventlog.Open(w.dir, eventlog.Options{NoSync: true})
	if err != nil {
		w.t.Fatal(err)
	}
	var out io.Writer = io.Discard
	if testing.Verbose() {
		out = os.Stderr
	}
	opt := Options{
		Token: w.Token(), Log: log, URL: w.URL(), GlobalPerSecond: rest.Unlimited, HistoryPerSecond: rest.Unlimited,
		Logger: slog.New(slog.NewTextHandler(out, nil)), EraseAfter: w.days,
	}
	if w.line != nil {
		opt.Dial, opt.HTTP = w.line.dialGateway, &http.Transport{DialContext: w.line.dial}
	}
	b, err := New(opt)
	if err != nil {
		w.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	w.log, w.bot = log, b
	w.running.Store(b)
	go func() { ended <- b.Run(ctx) }()
	w.stop = func() {
		cancel()
		if err := <-ended; err != nil {
			w.t.Errorf("the bot ended with: %v", err)
		}
		if err := log.Close(); err != nil {
			w.t.Error(err)
		}
	}
	for _, g := range guilds {
		w.until("the bot knows the guild", func() bool { _, ok := b.Guild(g.ID()); return ok })
	}
}

func (w *world) stopBot() {
	if w.stop != nil {
		w.stop()
		w.stop = nil
	}
}

func (w *world) until(what string, ok func() bool) {
	w.t.Helper()
	for deadline := time.Now().Add(patience); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			w.t.Fatalf("waited in vain until %s", what)
		}
	}
}

func (w *world) target(g *discordtest.Guild) *commands.Target {
	w.t.Helper()
	target, ok := w.bot.Guild(g.ID())
	if !ok {
		w.t.Fatal("the bot doesn't know the guild")
	}
	return target
}

// view looks at a guild's count.
func (w *world) view(g *discordtest.Guild, look func(*projections.Guild)) {
	w.target(g).Gate.View(look)
}

// run runs a slash command as the guild's owner, in its first channel, and returns the answer's text.
func (w *world) run(g *discordtest.Guild, name string, options map[string]any) string {
	w.t.Helper()
	return w.runAs(g, g.Owner(), name, options)
}

func (w *world) runAs(g *discordtest.Guild, user snowflake.ID, name string, options map[string]any) string {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	i, err := w.Interact(ctx, discordtest.Command{Guild: g.ID(), Channel: g.Channels()[0], User: user, Name: name, Options: options})
	if err != nil {
		w.t.Fatal(err)
	}
	r, err := i.Filled(ctx)
	if err != nil {
		w.t.Fatalf("/%s: %v", name, err)
	}
	return text(r)
}

// text is all that a person reads in a reply.
func text(r discordtest.Reply) string {
	var b strings.Builder
	b.WriteString(r.Content)
	for _, e := range r.Embeds {
		b.WriteString(e.Title + "\n" + e.Description + "\n")
		for _, f := range e.Fields {
			b.WriteString(f.Name + ": " + f.Value + "\n")
		}
		if e.Footer.Text != "" {
			b.WriteString(e.Footer.Text)
		}
	}
	return b.String()
}

func (w *world) imported(g *discordtest.Guild) {
	w.t.Helper()
	w.until("the import is finished", func() (done bool) {
		w.view(g, func(g *projections.Guild) { done = g.Running() == nil && g.Committed() != nil })
		return done
	})
}

// exact waits until the bot's counts are the truth, per user and channel.
func (w *world) exact(g *discordtest.Guild) {
	w.t.Helper()
	var diff string
	for deadline := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		if diff = w.difference(g); diff == "" {
			return
		}
		if time.Now().After(deadline) {
			w.t.Fatal(diff)
		}
	}
}
