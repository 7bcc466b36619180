package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"tally/bot"
	"tally/bot/commands"
	"tally/bot/discordtest"
	"tally/bot/rest"
	"tally/eventlog"
)

// What the demo waits for at the most.
const (
	startWithin  = 30 * time.Second
	stallsAfter  = 60 * time.Second // without a page
	settleWithin = 30 * time.Second
	answerWithin = 5 * time.Minute
)

// stage is an emulated Discord with one server, and the bot on it.
type stage struct {
	t      *terminal
	live   int
	seed   uint64
	kept   string // the folder, if it stays
	server *discordtest.Server
	guild  *discordtest.Guild
	log    *eventlog.Log
	bot    *bot.Bot
	target *commands.Target
	stop   context.CancelFunc
	ended  chan error
}

// begin makes the server and starts the bot.
func (c *demoCmd) begin(t *terminal, dir string) (*stage, error) {
	s := &stage{t: t, live: c.Live, seed: c.Seed, kept: c.Data, ended: make(chan error, 1)}
	s.server = discordtest.New(discordtest.Options{Limits: discordtest.Limits{IdentifyEvery: -1}})
	if err := c.populate(s); err != nil {
		s.server.Close()
		return nil, err
	}
	var err error
	if s.log, err = openLog(dir, eventlog.Options{}); err != nil {
		s.server.Close()
		return nil, err
	}
	logger := slog.New(slog.DiscardHandler)
	if c.Verbose {
		logger = newLogger(t.err, "text", true)
	} else {
		adoptDiscordgo(logger)
	}
	s.bot, err = bot.New(bot.Options{
		Token: s.server.Token(), Log: s.log, Logger: logger, URL: s.server.URL(),
		GlobalPerSecond: rest.Unlimited, HistoryPerSecond: rest.Unlimited,
	})
	if err != nil {
		s.server.Close()
		return nil, errors.Join(err, s.log.Close())
	}
	var ctx context.Context
	ctx, s.stop = context.WithCancel(context.Background())
	go func() { s.ended <- s.bot.Run(ctx) }()
	return s, nil
}

// populate puts the server's history into the emulated Discord.
func (c *demoCmd) populate(s *stage) error {
	if c.History == "" {
		s.guild = discordtest.Generate(s.server, discordtest.GenerateOptions{Messages: c.Messages, Channels: c.Channels, Seed: c.Seed})
		return nil
	}
	var err error
	if s.guild, err = discordtest.Load(s.server, filepath.Clean(c.History)); errors.Is(err, os.ErrNotExist) {
		return usage(err, "--history takes a folder with channels.csv.gz, authors.csv.gz and messages.csv.gz.")
	}
	return err
}

// end stops the bot, closes its log, and ends the emulated Discord.
func (s *stage) end() error {
	s.stop()
	var err error
	select {
	case err = <-s.ended:
	case <-time.After(stopWithin):
		return errSlow
	}
	if closed := s.log.Close(); err == nil {
		err = closed
	}
	s.server.Close()
	if err != nil {
		return fmt.Errorf("stop the bot: %w", err)
	}
	return nil
}

// await waits until the bot knows the server.
func (s *stage) await(ctx context.Context) error {
	return until(ctx, startWithin, "the bot to know the server", func() (bool, error) {
		select {
		case err := <-s.ended:
			s.ended <- err
			return false, fmt.Errorf("the bot ended: %w", err)
		default:
		}
		target, ok := s.bot.Guild(s.guild.ID())
		s.target = target
		return ok, nil
	})
}

// until asks again and again, for as long as within.
func until(ctx context.Context, within time.Duration, what string, ok func() (bool, error)) error {
	deadline := time.Now().Add(within)
	for {
		done, err := ok()
		switch {
		case err != nil || done:
			return err
		case time.Now().After(deadline):
			return fmt.Errorf("waited %s in vain for %s", within, what)
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
