package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"tally/bot"
	"tally/bot/rest"
	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// gcPercent is how much the heap may grow beyond what is in use before the collector runs, unless GOGC says
// otherwise. It is half of Go's own: most of what a bot holds stays as it is for months, so that collecting it more
// often costs little, and a server that is shared with others has the memory free. See PERFORMANCE.md.
const gcPercent = 50

// stopWithin is the time for the bot to end after Ctrl-C.
const stopWithin = 4500 * time.Millisecond

type runCmd struct {
	Data string `required:"" env:"TALLY_DATA" placeholder:"DIR" completion-predictor:"dir" help:"The folder for the log; it is made if it isn't there."`
	discordFlags
	Guild     snowflake.ID `env:"TALLY_GUILD" placeholder:"ID" help:"Register the commands in this server only, where they appear at once; else everywhere."`
	LogFormat string       `env:"TALLY_LOG_FORMAT" enum:"text,json" default:"text" help:"How the bot's log is written to standard error: text or json."`
	Verbose   bool         `env:"TALLY_VERBOSE" short:"v" help:"Log more."`

	listenFlags
	Requests float64  `name:"requests-per-second" env:"TALLY_REQUESTS_PER_SECOND" default:"50" placeholder:"N" help:"Requests over all routes (default: 50, Discord's limit); 0: no limit, only with --discord-url."`
	Pages    *float64 `name:"pages-per-second" env:"TALLY_PAGES_PER_SECOND" placeholder:"N" help:"Pages of history of each channel (default: it is found out what Discord allows); 0: no limit, only with --discord-url."`
	Patrol   int      `name:"patrol-channels" env:"TALLY_PATROL_CHANNELS" default:"4" placeholder:"N" help:"Channels held against Discord at once after a downtime, to find what was deleted meanwhile (default: 4); 0: don't look."`
	Keep     int      `name:"erase-after" env:"TALLY_ERASE_AFTER" default:"30" placeholder:"DAYS" help:"Erase a server's data so many days after the bot was removed from it (default: 30); 0: keep it."`
}

// Help is shown by --help.
func (runCmd) Help() string {
	return `Connects to Discord and counts until it is stopped. Prints the link by which an admin adds the bot to
a server; there, /import-messages reads the history. Ctrl-C stops it: all that was counted is on disk.
The token comes from --token, else --token-file, else $DISCORD_TOKEN.

Examples:

    tally run --data ./data --token-file token.txt
    DISCORD_TOKEN=… tally run --data ./data
    tally run --data ./data --token-file token.txt --guild 197038439483310086 --log-format json
    tally run --data ./data --token-file token.txt --listen 127.0.0.1:8080
    tally run --config tally.toml`
}

func (c *runCmd) Run(ctx context.Context, t *terminal) (err error) {
	token, err := c.token(t.in)
	if errors.Is(err, errNoToken) {
		return usage(err, "Make one at https://discord.com/developers/applications: your application, Bot, Reset Token.\n"+
			"Then: tally run --data "+c.Data+" --token-file FILE   (or set "+tokenVariable+")\n"+
			"To see it all without a token: tally demo")
	}
	if err != nil {
		return err
	}
	requests, pages, err := c.rates()
	if err != nil {
		return err
	}
	if c.Patrol < 0 {
		return usage(errors.New("--patrol-channels can't be below 0"), "0 doesn't look for what was deleted in a downtime.")
	}
	if c.Keep < 0 {
		return usage(errors.New("--erase-after can't be below 0"), "0 keeps the data of servers that the bot was removed from; `tally erase` erases it.")
	}
	t.hide(token)
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	served, err := c.open(t)
	if err != nil {
		return err
	}
	defer served.close()
	log, err := openLog(c.Data, eventlog.Options{})
	if errors.Is(err, eventlog.ErrInUse) {
		return advise(err, "Is a bot running on it already? Stop that one, or give this one another folder with --data.")
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, keepOwner(c.Data)) }()
	logger := newLogger(t.err, c.LogFormat, c.Verbose)
	o := bot.Options{
		Token: token, Log: log, Logger: logger, URL: c.URL, CommandGuild: c.Guild,
		GlobalPerSecond: requests, HistoryPerSecond: pages, PatrolChannels: cmp.Or(c.Patrol, -1), EraseAfter: c.Keep,
		Invite: func(url string) {
			t.print("Add the bot to a server: %s", url)
			_ = t.out.Flush() // what can't be written shows again at the end
		},
	}
	defer tellManager(ctx, &o)()
	b, err := bot.New(o)
	if err != nil {
		return errors.Join(usage(err, "Give --discord-url as http://host:port, without /api."), log.Close())
	}
	stop, err := serve(c.Data, log, logger)
	if err != nil {
		logger.Warn("commands that read the log can't be used while the bot runs", "error", err)
		stop = func() {}
	}
	err = served.beside(ctx, log, b, logger, func(ctx context.Context) error { return runBot(ctx, b) })
	stop()
	switch {
	case errors.Is(err, errSlow): // it still writes
		return err
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		logger.Info("stopped before Discord had answered")
		return log.Close()
	case err != nil:
		return errors.Join(c.explain(err), log.Close())
	}
	if err := log.Close(); err != nil {
		return fmt.Errorf("close the log: %w", err)
	}
	logger.Info("stopped; all that was counted is on disk")
	return nil
}

// explain adds what to do about a server that answers, but not as Discord does, and about what nobody foresaw.
func (c *runCmd) explain(err error) error {
	if refused, ok := errors.AsType[*rest.Error](err); ok && c.URL != "" && refused.Code == 0 {
		return advise(err, "Is --discord-url right? REST must be under "+strings.TrimSuffix(c.URL, "/")+"/api/v9.")
	}
	if _, _, ok := adviceOn(err); !ok {
		return advise(err, "`tally doctor`, with the same flags, looks for what is wrong.")
	}
	return err
}

// errSlow says that the bot didn't end in time.
var errSlow = errors.New("the bot did not stop in time; all that was counted is on disk, and the next start goes on from there")

// runBot runs a bot until ctx ends, and not much longer.
func runBot(ctx context.Context, b *bot.Bot) error {
	ended := make(chan error, 1)
	go func() { ended <- b.Run(ctx) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-ended:
		return err
	case <-time.After(stopWithin):
		return errSlow
	}
}

// rates returns the request rates as the bot takes them: 0 pages: to be found out. Discord itself is never asked without a limit.
func (c *runCmd) rates() (requests, pages float64, err error) {
	for _, r := range []*float64{&c.Requests, c.Pages} {
		if r == nil {
			continue
		}
		if *r < 0 || *r == 0 && c.URL == "" {
			return 0, 0, usage(errors.New("a rate must be above 0"), "Without a limit Discord would block this machine; leave the flag out.")
		}
		if *r == 0 {
			*r = rest.Unlimited
		}
	}
	if c.Pages != nil {
		pages = *c.Pages
	}
	return c.Requests, pages, nil
}

// newLogger returns the bot's logger; discordgo's own lines go there too.
func newLogger(w io.Writer, format string, verbose bool) *slog.Logger {
	o := &slog.HandlerOptions{}
	if verbose {
		o.Level = slog.LevelDebug
	}
	logger := slog.New(slog.NewTextHandler(w, o))
	if format == "json" {
		logger = slog.New(slog.NewJSONHandler(w, o))
	}
	adoptDiscordgo(logger)
	return logger
}
