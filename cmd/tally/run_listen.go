package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strings"

	"golang.org/x/sync/errgroup"

	"tally/bot"
	"tally/bot/web"
	"tally/eventlog"
)

// listenFlags ask for the figures over HTTP.
type listenFlags struct {
	Listen          string `env:"TALLY_LISTEN" placeholder:"HOST:PORT" help:"Show the figures there over HTTP: a page, JSON, /metrics, /healthz, /readyz. Off unless given."`
	ListenTokenFile string `name:"listen-token-file" env:"TALLY_LISTEN_TOKEN_FILE" placeholder:"FILE" completion-predictor:"file" help:"A file with a token that each request must bring; needed for any address but loopback."`
}

// leastToken is how many characters keep others from trying them all.
const leastToken = 16

// listening is an open port, or nil: nothing is served.
type listening struct {
	net.Listener
	token string
}

// open takes the port, so that a wrong address shows before anything else is begun.
func (f listenFlags) open(t *terminal) (*listening, error) {
	if f.Listen == "" {
		if f.ListenTokenFile != "" {
			return nil, usage(errors.New("--listen-token-file without --listen"), "Say where to listen: --listen 127.0.0.1:8080")
		}
		return nil, nil
	}
	token, err := f.listenToken()
	if err != nil {
		return nil, err
	}
	if token != "" {
		t.hide(token)
	}
	switch err := web.CheckAddress(f.Listen, token); {
	case errors.Is(err, web.ErrNeedsToken):
		return nil, usage(err, "Others could read who writes how much. Give --listen-token-file FILE, or --listen 127.0.0.1:8080 for this machine alone.")
	case err != nil:
		return nil, usage(err, "Give it as host:port, such as 127.0.0.1:8080.")
	}
	l, err := net.Listen("tcp", f.Listen)
	if err != nil {
		return nil, usage(fmt.Errorf("listen: %w", err), "Give another port with --listen, or stop who has this one.")
	}
	t.say("The figures are on http://%s/", l.Addr())
	return &listening{l, token}, nil
}

func (f listenFlags) listenToken() (string, error) {
	if f.ListenTokenFile == "" {
		return "", nil
	}
	b, err := os.ReadFile(f.ListenTokenFile)
	if err != nil {
		return "", usage(fmt.Errorf("read the token for --listen: %w", err), "Give a file that holds nothing but the token.")
	}
	token := strings.TrimSpace(string(b))
	if len(token) < leastToken {
		return "", usage(fmt.Errorf("the token in %s is shorter than %d characters", f.ListenTokenFile, leastToken), "Make one: openssl rand -hex 32 > "+f.ListenTokenFile)
	}
	return token, nil
}

func (l *listening) close() {
	if l != nil {
		_ = l.Close() // it may be closed already
	}
}

// beside serves the figures while the bot runs.
func (l *listening) beside(ctx context.Context, log *eventlog.Log, b *bot.Bot, logger *slog.Logger, run func(context.Context) error) error {
	if l == nil {
		return run(ctx)
	}
	server := web.New(web.Options{Log: log, Bot: b, Token: l.token, Version: version(), Logger: logger})
	group, ctx := errgroup.WithContext(ctx)
	serving, stop := context.WithCancel(ctx)
	group.Go(func() error { return server.Serve(serving, l) })
	group.Go(func() error {
		defer stop()
		return run(ctx)
	})
	return group.Wait()
}
