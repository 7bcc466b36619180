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
	talks  bool   // the bot's log is shown
	dir    string // the folder with the log
	kept   string // the same, if it stays
	server *discordtest.Server
	guild  *discordtest.Guild
	log    *eventlog.Log // nil: the bot isn't started
	bot    *bot.Bot
	target *commands.Target
	stop   context.CancelFunc
	ended  chan error
}

// begin makes the server.
func (c *demoCmd) begin(t *terminal, dir string) (*stage, error) {
	s := &stage{t: t, live: c.Live, seed: c.Seed, talks: c.Verbose, dir: dir, kept: c.Data, ended: make(chan error, 1)}
	o := discordtest.Options{Limits: discordtest.Limits{IdentifyEvery: -1}}
	if c.Chaos {
		o.HeartbeatInterval = chaosHeartbeat
	}
	s.server = discordtest.New(o)
	if err := c.populate(s); err != nil {
		s.server.Close()
		return nil, err
	}
	return s, nil
}

// start opens the log and starts the bot on it.
func (s *stage) start() error {
	log, err := openLog(s.dir, eventlog.Options{})
	if err != nil {
		return err
	}
	logger := slog.New(slog.DiscardHandler)
	if s.talks {
		logger = newLogger(s.t.err, "text", true)
	} else {
		adoptDiscordgo(logger)
	}
	s.bot, err = bot.New(bot.Options{
		Token: s.server.Token(), Log: log, Logger: logger, URL: s.server.URL(),
		GlobalPerSecond: rest.Unlimited, HistoryPerSecond: rest.Unlimited,
	})
	if err != nil {
		return errors.Join(err, log.Close())
	}
	var ctx context.Context
	ctx, s.stop = context.WithCancel(context.Background())
	s.log = log
	go func() { s.ended <- s.bot.Run(ctx) }()
	return nil
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

// end stops the bot, if it was started, closes its log, and ends the emulated Discord.
func (s *stage) end() error {
	if s.log == nil {
		s.server.Close()
		return nil
	}
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
