package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"

	"tally/bot/commands"
	"tally/bot/discord"
	"tally/bot/patrol"
	"tally/bot/rest"
	"tally/bot/session"
	"tally/bot/worker"
	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// Permissions are what the bot asks for in its invite link: to see channels and read their history, in
// voice channels too, and to write messages. To attach files isn't needed: answers to commands may always bring some
// (https://discord.com/developers/docs/change-log#calculated-permissions-in-interaction-payloads).
const Permissions = discord.ViewChannel | discord.SendMessages | discord.EmbedLinks | discord.ReadMessageHistory | discord.Connect

// eventQueue is how many gateway events may wait to be routed before reading from the gateway waits. If it
// waits for long, the session is given up and the next one opens a gap: see session.Supervisor.
const eventQueue = 4096

// Options set a bot up. Token and Log are needed.
type Options struct {
	Token  string
	Log    *eventlog.Log
	Logger *slog.Logger // default: slog.Default()
	// URL is another Discord-compatible server; "" is Discord itself.
	URL string
	// CommandGuild registers the commands in one guild, where they appear at once; 0: everywhere.
	CommandGuild snowflake.ID
	// GlobalPerSecond and HistoryPerSecond are request rates, see rest.Options; 0 is Discord's.
	GlobalPerSecond, HistoryPerSecond float64
	// PatrolChannels is how many channels are held against Discord at once after a gap, see package patrol. 0 is
	// the default, and with less what was deleted in a gap is not looked for.
	PatrolChannels int
	// EraseAfter is for how many days, by Discord's clock, the data of a server is kept after the bot was removed from
	// it; 0: until it is erased by hand.
	EraseAfter int
	// Invite, if set, is told the link by which a server's admin adds the bot.
	Invite func(url string)
	// Ready, if set, is called when the gateway lets the bot in for the first time: from then on it counts.
	Ready func()
	// Alive, if set, is called every AliveEvery for as long as events are routed, and not while that hangs.
	Alive      func()
	AliveEvery time.Duration
	// HTTP sends the requests, and Dial makes the gateway's connections. Default: over the network.
	HTTP http.RoundTripper
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// Bot is a running bot.
type Bot struct {
	opt       Options
	log       *slog.Logger
	transport *rest.Transport
	client    *rest.Client
	router    *commands.Router
	me        snowflake.ID
	events    chan session.Event
	patrols   patrol.Pace
	ready     sync.Once
	answers   sync.WaitGroup // interactions that are being answered
	connected atomic.Bool

	leavers *leavers
	between chan func() // what the router does between two events

	mu      sync.Mutex
	guilds  map[snowflake.ID]*guild
	broken  map[snowflake.ID]error         // guilds that could not be opened, and why
	closing map[snowflake.ID]chan struct{} // guilds that are being erased; closed at the end
	member  map[snowflake.ID]bool          // guilds that the bot is in; nil: not known yet
}

// New returns a bot that Run starts.
func New(opt Options) (*Bot, error) {
	if opt.Logger == nil {
		opt.Logger = slog.Default()
	}
	transport, err := rest.NewTransport(rest.Options{
		BaseURL: opt.URL, GlobalPerSecond: opt.GlobalPerSecond, HistoryPerSecond: opt.HistoryPerSecond,
		Next: opt.HTTP, Log: opt.Logger,
	})
	if err != nil {
		return nil, err
	}
	b := &Bot{
		opt: opt, log: opt.Logger, transport: transport,
		events: make(chan session.Event, eventQueue), guilds: map[snowflake.ID]*guild{}, closing: map[snowflake.ID]chan struct{}{}, broken: map[snowflake.ID]error{},
		between: make(chan func()), patrols: patrol.NewPace(opt.PatrolChannels),
	}
	b.client = rest.NewClient(b.newSession())
	return b, nil
}

func (b *Bot) newSession() *discordgo.Session {
	s := rest.NewSession(b.opt.Token, b.transport)
	if b.opt.Dial != nil {
		s.Dialer = &websocket.Dialer{NetDialContext: b.opt.Dial}
	}
	return s
}

// Run connects to Discord and counts until ctx ends, which is no error. All that was counted is durable
// when it returns. It fails with session.ErrToken, session.ErrIntents or session.ErrRefused where no
// retry would help.
func (b *Bot) Run(ctx context.Context) error {
	if err := b.introduce(ctx); err != nil {
		return err
	}
	supervisor := session.Supervisor{New: b.newSession, Log: b.log, Take: func(ctx context.Context, e session.Event) {
		select {
		case b.events <- e:
		case <-ctx.Done():
		}
	}}
	b.startLeavers()
	routing, stopRouting := context.WithCancel(context.WithoutCancel(ctx))
	routed := make(chan struct{})
	go func() {
		defer close(routed)
		b.route(routing)
	}()
	compaction := worker.Start(b.log, "compacting the log", compactRest, b.compact)
	compaction.Wake()
	haltImports := func() { b.each(func(g *guild) { g.Job.Close() }) }
	defer context.AfterFunc(ctx, haltImports)() // at once: leaving the gateway politely takes a second
	err := supervisor.Run(ctx)
	stopRouting()
	<-routed
	compaction.Close()
	b.leavers.Close()
	b.close()
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// introduce finds out who the bot is, which shows a wrong token at once, and registers the commands.
func (b *Bot) introduce(ctx context.Context) error {
	me, err := b.client.Me(ctx)
	if errors.Is(err, rest.ErrUnauthorized) {
		return session.ErrToken
	}
	if err != nil {
		return fmt.Errorf("reach Discord: %w", err)
	}
	app, err := b.client.Application(ctx)
	if err != nil {
		return fmt.Errorf("ask for the application: %w", err)
	}
	b.me = me.ID
	b.router = &commands.Router{
		Client: b.client, App: app.ID, Searches: app.ReadsContents(), EraseAfter: b.opt.EraseAfter, Log: b.log, Target: b.target, Turns: commands.NewTurns(),
	}
	if err := b.client.PutCommands(ctx, app.ID, b.opt.CommandGuild, b.router.Definitions()); err != nil {
		return fmt.Errorf("register the commands: %w", err)
	}
	b.log.Info("logged in", "name", me.Name, "user", me.ID)
	if b.opt.Invite != nil {
		b.opt.Invite(fmt.Sprintf("https://discord.com/oauth2/authorize?client_id=%s&scope=bot+applications.commands&permissions=%d", app.ID, Permissions))
	}
	return nil
}

// now is Discord's clock, as its answers show it.
func (b *Bot) now() time.Time {
	if now, ok := b.transport.Now(); ok {
		return now
	}
	return time.Now()
}

// target gives the commands a guild that takes them.
func (b *Bot) target(id snowflake.ID) (*commands.Target, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	g, ok := b.guilds[id]
	switch {
	case b.broken[id] != nil:
		return nil, b.broken[id]
	case !ok || !g.asked:
		return nil, commands.ErrUnknown
	}
	return &g.Target, nil
}

// Guild returns a guild that the bot is in, once Discord has told of it.
func (b *Bot) Guild(id snowflake.ID) (*commands.Target, bool) {
	t, err := b.target(id)
	return t, err == nil
}

// Requests returns how many requests were sent to Discord, and what became of them.
func (b *Bot) Requests() rest.Stats { return b.transport.Stats() }

// each calls do with all guilds at once, and waits.
func (b *Bot) each(do func(*guild)) {
	b.mu.Lock()
	guilds := slices.Collect(maps.Values(b.guilds))
	b.mu.Unlock() // it takes its time, and others may still ask for a guild
	var wg sync.WaitGroup
	for _, g := range guilds {
		wg.Go(func() { do(g) })
	}
	wg.Wait()
}

// close lets everything that was begun come to its end, in the order in which data flows.
func (b *Bot) close() {
	b.each((*guild).close)
	b.answers.Wait()
	b.transport.CloseIdleConnections()
}
