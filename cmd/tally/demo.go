package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"tally/eventlog"
)

type demoCmd struct {
	Messages int    `default:"50000" placeholder:"N" help:"Messages in the generated server's history (default: ${default})."`
	Channels int    `default:"40" placeholder:"N" help:"Its channels; half as many threads come on top (default: ${default})."`
	Seed     uint64 `default:"1" placeholder:"N" help:"Another number, another server (default: ${default})."`
	History  string `placeholder:"DIR" completion-predictor:"dir" help:"A real server's history in place of a generated one: channels.csv.gz, authors.csv.gz and messages.csv.gz."`
	Live     int    `default:"200" placeholder:"N" help:"Messages that people send while the import runs (default: ${default})."`
	Chaos    bool   `help:"Let everything go wrong meanwhile that can go wrong, and kill the bot twice; takes about 20 s."`
	Data     string `placeholder:"DIR" completion-predictor:"dir" help:"Keep the log in this folder, for the other commands to look at; else it is removed at the end."`
	Format   string `enum:"text,json" default:"text" help:"The summary as text or json."`
	Verbose  bool   `short:"v" help:"Show the bot's log."`
}

// Help is shown by --help.
func (demoCmd) Help() string {
	return `Starts a Discord in this process (REST and gateway, on 127.0.0.1), a server in it, and the bot on it:
the same bot that "tally run" runs. People write while /import-messages reads the history; then
/verify-message-counts compares the counts with the log and, message by message, with the emulated
Discord; and the demo itself compares every user and every channel with what was really sent.
Exit code 0 only if every count is exact.

With --chaos the gateway drops, doubles and delays, REST refuses and fails, people delete messages and
open threads, and in the middle of the import the bot is killed twice, as by kill -9. The summary then
lists what was survived.

Examples:

    tally demo
    tally demo --messages 500000 --channels 200 --live 2000 --seed 7
    tally demo --chaos --seed 7
    tally demo --history ../shared/data/server-a --live 500
    tally demo --data ./demo && tally log stats --data ./demo`
}

func (c *demoCmd) Run(ctx context.Context, t *terminal) error {
	if c.Messages < 1 || c.Channels < 1 || c.Live < 0 {
		return usage(errors.New("--messages and --channels are 1 or more, --live is 0 or more"), "`tally demo --help` shows how it is called.")
	}
	dir, remove, err := c.folder()
	if err != nil {
		return err
	}
	defer remove()
	s, err := c.begin(t, dir)
	if err != nil {
		return err
	}
	play := s.play
	if c.Chaos {
		play = s.playChaos
	}
	result, err := play(ctx)
	if err != nil && ctx.Err() != nil {
		err = advise(errors.New("the demo was stopped"), "Give the command again.")
	}
	if err := errors.Join(err, s.end()); err != nil {
		return err
	}
	if err := result.write(t, c.Format); err != nil {
		return err
	}
	if c.Format != "json" {
		err = (&reportCmd{dataFlag: dataFlag{dir}, Out: c.page()}).Run(t)
	}
	return errors.Join(result.err(), err)
}

// page is where the report goes: to the log, or to the system's folder for what isn't kept.
func (c *demoCmd) page() string {
	if c.Data != "" {
		return filepath.Join(c.Data, "report.html")
	}
	return filepath.Join(os.TempDir(), "tally-demo-report.html")
}

// folder returns the folder for the log, and what removes it if it isn't to be kept.
func (c *demoCmd) folder() (dir string, remove func(), err error) {
	if c.Data == "" {
		dir, err = os.MkdirTemp("", "tally-demo-")
		return dir, func() { _ = os.RemoveAll(dir) }, err // it is in the system's folder for such
	}
	if err := checkFolder(c.Data); err != nil {
		return "", nil, err
	}
	if _, err := os.Stat(filepath.Join(c.Data, eventlog.FileName)); err == nil {
		return "", nil, usage(fmt.Errorf("there is a log in %s already", c.Data), "The demo wants a new folder: a generated server would mix with what is there.")
	}
	return c.Data, func() {}, nil
}
