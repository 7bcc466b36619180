package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"tally/bot/rest"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// Bot is what is asked of the running bot. Its methods may be called from many goroutines at once.
type Bot interface {
	// Connected reports whether the gateway's connection stands.
	Connected() bool
	// EachGuild calls look with the count of each guild, which must not be kept or changed.
	EachGuild(look func(*projections.Guild))
	// Requests returns what was asked of Discord.
	Requests() rest.Stats
	// Name returns the name of a guild or a channel, or "".
	Name(id snowflake.ID) string
}

// Options set a server up. Log and Bot are needed.
type Options struct {
	Log *eventlog.Log
	Bot Bot
	// Token, if set, must come with each request. Without one only requests to a loopback address are answered.
	Token   string
	Version string
	Logger  *slog.Logger     // default: slog.Default()
	Now     func() time.Time // default: time.Now
}

// Server answers requests.
type Server struct {
	opt     Options
	figures *figures
	handler http.Handler
}

// New returns a server that Serve runs. It is also an http.Handler.
func New(opt Options) *Server {
	if opt.Logger == nil {
		opt.Logger = slog.Default()
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	s := &Server{opt: opt, figures: newFigures(opt.Log, opt.Now)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.home)
	mux.HandleFunc("GET /guilds/{guild}", s.guild)
	mux.Handle("GET /metrics", s.metrics())
	s.routeAPI(mux)
	open := http.NewServeMux() // what tells nothing about anybody
	open.HandleFunc("GET /healthz", s.healthz)
	open.HandleFunc("GET /readyz", s.readyz)
	open.Handle("/", s.guard(mux))
	s.handler = harden(open)
	return s
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// stopWithin is how long requests that are being answered may take when the server stops.
const stopWithin = 2 * time.Second

// Serve answers requests that come over a listener, which it closes, until ctx ends.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	h := &http.Server{
		Handler: s, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(s.opt.Logger.Handler(), slog.LevelWarn),
	}
	stopped := make(chan error, 1)
	defer context.AfterFunc(ctx, func() {
		within, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
		defer cancel()
		err := h.Shutdown(within)
		if err != nil {
			err = h.Close() // somebody is slow
		}
		stopped <- err
	})()
	if err := h.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve HTTP: %w", err)
	}
	return <-stopped
}
