package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/alecthomas/kong"
)

// Exit codes.
const (
	exitFine   = 0
	exitFailed = 1 // found something wrong, or failed
	exitUsage  = 2 // called wrong
)

const description = `Tally is a self-hosted Discord bot that counts every message of a server exactly once,
on an append-only event log.

Start with "tally demo": it shows everything on an emulated Discord and needs no token.`

// cli is the command line. Each command has a file of its own.
type cli struct {
	Bot           runCmd           `cmd:"" name:"run" help:"Run the bot."`
	Demo          demoCmd          `cmd:"" help:"See the bot import, count and verify on an emulated Discord: no token needed."`
	Replay        replayCmd        `cmd:"" help:"Count everything anew, from the log alone."`
	Verify        verifyCmd        `cmd:"" help:"Hold the saved counts against the log."`
	Log           logCmd           `cmd:"" help:"Look into the log: ls, get, tail, stats, check; and compact it."`
	Status        statusCmd        `cmd:"" help:"Show each server's import: its state, its five fields, its channels."`
	Report        reportCmd        `cmd:"" help:"Write the figures as one page for the browser."`
	Backup        backupCmd        `cmd:"" help:"Copy the log into a file, while the bot runs."`
	Erase         eraseCmd         `cmd:"" help:"Erase a server's data, or one user's id in it, for good."`
	Export        exportCmd        `cmd:"" help:"Write messages by user, channel and day, as CSV, JSON or Parquet."`
	Doctor        doctorCmd        `cmd:"" help:"Look for what would keep the bot from counting: token, permissions, clock, disk, log."`
	ImportArchive importArchiveCmd `cmd:"" help:"Take over messages from files: exports by DiscordChatExporter, Discord's data packages."`
	Completion    completionCmd    `cmd:"" help:"Set up the shell's Tab key: bash, zsh, fish."`
	Print         versionCmd       `cmd:"" name:"version" help:"Print the version."`

	Config  configPath       `env:"TALLY_CONFIG" placeholder:"FILE" completion-predictor:"file" help:"A file with settings, in TOML: data = \"/var/lib/tally\"."`
	Version kong.VersionFlag `help:"Print the version."`
}

// exited is how kong's help and version end a parse.
type exited int

// run is the whole program: it parses, calls the command, and says on stderr what went wrong. It
// returns the exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) (code int) {
	t := newTerminal(stdin, stdout, stderr)
	t.ctx, t.args = ctx, args
	return t.run()
}

// run carries the terminal's command line out.
func (t *terminal) run() (code int) {
	args, helpTo, helped := t.args, io.Writer(t.out), exitFine
	if len(args) == 0 && !asksForCompletion() { // help that was not asked for is talk
		args, helpTo, helped = []string{"--help"}, t.err, exitUsage
	}
	defer func() {
		switch p := recover().(type) {
		case nil:
		case exited:
			code = max(int(p), helped, t.fail(t.out.Flush()))
		default:
			panic(p)
		}
	}()
	parser, err := newParser(helpTo, t.err)
	if err != nil {
		return t.fail(err)
	}
	if t.held == nil {
		completeLine(parser)
	} else {
		forgetSettings(parser.Model.Node)
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		return t.fail(parseError(err))
	}
	parsed.BindTo(t.ctx, (*context.Context)(nil))
	err = parsed.Run(t)
	return t.fail(errors.Join(err, t.out.Flush()))
}

func newParser(stdout, stderr io.Writer) (*kong.Kong, error) {
	return kong.New(&cli{},
		kong.Name("tally"), kong.Description(description), kong.Vars{"version": version(), "kinds": kindNames()},
		kong.Writers(stdout, stderr), kong.Exit(func(code int) { panic(exited(code)) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}), kong.Help(printHelp),
	)
}

// parseError says what is wrong with the command line, and where its help is.
func parseError(err error) error {
	if _, ok := errors.AsType[*adviceError](err); ok {
		return err
	}
	help := "tally --help"
	if parse, ok := errors.AsType[*kong.ParseError](err); ok && parse.Context != nil {
		if node := parse.Context.Selected(); node != nil {
			help = node.FullPath() + " --help"
		}
	}
	return usage(err, fmt.Sprintf("`%s` shows how it is called.", help))
}
