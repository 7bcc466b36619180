package discordtest

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"

	"tally/eventlog/snowflake"
)

// Server is an emulated Discord with one bot application. Its methods may be called at any time
// from any goroutine.
type Server struct {
	opts  Options
	http  *http.Server
	addr  string
	mint  *mint
	bot   snowflake.ID
	users *userTable
	hub   *hub
	limit *limiter
	cmds  *commandTable
	inter *interactionTable
	viol  violations
	stats recorder
	rules rules

	mu       sync.RWMutex
	guilds   []*Guild
	channels map[snowflake.ID]*channel
	dms      *Guild // holds the channels that belong to no guild; its id is 0

	ctx    context.Context // ends with Close
	cancel context.CancelFunc
	wg     sync.WaitGroup // Serve, every HTTP connection, every gateway handler
}

// New starts a server. [Server.Close] ends it.
func New(opts Options) *Server {
	opts = opts.withDefaults()
	if opts.Listener == nil {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			panic("discordtest: no loopback port: " + err.Error())
		}
		opts.Listener = l
	}
	s := &Server{
		opts:     opts,
		addr:     opts.Listener.Addr().String(),
		mint:     newMint(opts.Clock),
		users:    newUserTable(),
		channels: map[snowflake.ID]*channel{},
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.bot = s.mint.next()
	s.users.add(user{id: s.bot, name: "tally", bot: true})
	s.dms = &Guild{s: s, channels: map[snowflake.ID]*channel{}}
	s.hub = newHub(s)
	s.limit = newLimiter(s)
	s.cmds = newCommandTable()
	s.inter = newInteractionTable()
	s.http = &http.Server{Handler: s.handler(), ConnState: s.connState}
	s.wg.Go(func() { _ = s.http.Serve(opts.Listener) })
	return s
}

// connState counts connections, so that Close can wait for their goroutines.
func (s *Server) connState(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.wg.Add(1)
	case http.StateHijacked, http.StateClosed:
		s.wg.Done()
	}
}

// URL returns the base address, "http://127.0.0.1:port". REST is below URL()/api/v9 and v10, the
// gateway is what GET /gateway there names.
func (s *Server) URL() string { return "http://" + s.addr }

// Token returns the bot's token, without "Bot ".
func (s *Server) Token() string { return s.opts.Token }

// BotID returns the id of the bot's user.
func (s *Server) BotID() snowflake.ID { return s.bot }

// AppID returns the id of the bot's application; as with all newer ones, it is the bot's.
func (s *Server) AppID() snowflake.ID { return s.bot }

// Now returns the time on Discord's clock.
func (s *Server) Now() time.Time { return s.opts.Clock() }

// Close cuts every connection and waits until no goroutine of the server is left.
func (s *Server) Close() {
	s.cancel()
	_ = s.http.Close()
	s.hub.cutAll()
	s.wg.Wait()
}

// channelOf returns a channel, thread or DM by its id.
func (s *Server) channelOf(id snowflake.ID) (*channel, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	c, ok := s.channels[id]
	return c, ok
}

// Guild returns a guild by its id, nil if there is none.
func (s *Server) Guild(id snowflake.ID) *Guild {
	for _, g := range s.Guilds() {
		if g.id == id {
			return g
		}
	}
	return nil
}

// Guilds returns all guilds, in the order they were made.
func (s *Server) Guilds() []*Guild {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return append([]*Guild(nil), s.guilds...)
}

// mustChannel panics for an id that the test made up: that is a mistake in the test.
func (s *Server) mustChannel(id snowflake.ID) *channel {
	c, ok := s.channelOf(id)
	if !ok {
		panic("discordtest: no channel " + id.String())
	}
	return c
}
