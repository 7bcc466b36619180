package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/schollz/progressbar/v3"

	"tally/bot/archive"
	"tally/bot/gate"
	"tally/eventlog"
	"tally/eventlog/snowflake"
)

type importArchiveCmd struct {
	dataFlag
	DryRun bool         `help:"Only say what would come; also while the bot runs."`
	Owner  snowflake.ID `placeholder:"ID" help:"Whose a data package is that has no account/user.json."`
	Format string       `enum:"table,json" default:"table" help:"table or json (one object)."`
	Files  []string     `arg:"" name:"file" completion-predictor:"file" help:"Files, folders, ZIP files; packed by gzip as well."`
}

// Help is shown by --help.
func (importArchiveCmd) Help() string {
	return `Takes over the messages of files that others have made of a server. Of each only its id, its author's id, its
type and whether a bot wrote it are kept. What the log holds already is not taken again: give the same
file twice, or go on after Ctrl-C, and nothing counts twice. Stop the bot first; --dry-run also works beside it, on a copy
of its log in the folder for temporary files.

It reads DiscordChatExporter's JSON (channels and threads, whole or in parts), and the data package that Discord
sends a person who asks for it: that person's messages. DiscordChatExporter's CSV has no message ids, so
it can't be counted exactly once: export again with --format Json.

Where /import-messages has read a channel, Discord's own history counts: what of an archive is older than that
import, and not in it, was deleted, and is kept but doesn't count. Whether Discord still has the rest is
checked when the bot starts again. Exit code 1 if a file could not be read, or not to its end.

Examples:

    tally import-archive --data ./data --dry-run exports/
    tally import-archive --data ./data exports/ general.json.gz
    tally import-archive --data ./data package.zip`
}

func (c *importArchiveCmd) Run(ctx context.Context, t *terminal) error {
	set, err := archive.Find(c.Files...)
	if err != nil {
		return usage(err, "Give files or folders that are there and can be read.")
	}
	do := c.into
	if c.DryRun {
		do = func(use func(archive.Taker) error) error { return c.dryRun(t, use) }
	}
	var s *archive.Summary
	m := newMeter(t, "import-archive", int(set.Size()), progressbar.OptionShowBytes(true))
	err = do(func(into archive.Taker) (err error) {
		var read int64
		s, err = archive.Import(ctx, set.Files, archive.Options{Owner: c.Owner, Progress: func(n int64) {
			read += n
			m.show(uint64(read))
		}}, into)
		return err
	})
	m.end()
	if err = errors.Join(err, set.Close()); s == nil {
		return err
	}
	shown := newArchived(s, c.DryRun)
	if printed := c.print(t, shown); printed != nil {
		return errors.Join(err, printed)
	}
	switch {
	case errors.Is(err, context.Canceled):
		return advise(errors.New("interrupted: not all was read"), "What has come stays. Call it again with the same files: it goes on.")
	case err != nil:
		return err
	}
	return shown.trouble()
}

// into opens the log for writing, so that no bot runs on it meanwhile, and calls use with the gates on it.
func (c *importArchiveCmd) into(use func(archive.Taker) error) error {
	return writing(c.Data, func() error {
		log, err := openLog(c.Data, eventlog.Options{})
		if errors.Is(err, eventlog.ErrInUse) {
			return advise(err, "Stop the bot, give the command again, and start the bot: it reads what was sent meanwhile. --dry-run also works beside it.")
		}
		if err != nil {
			return err
		}
		return throughGates(log, func(g archive.Gates) error { return use(g) })
	})
}

// dryRun opens the log for reading, if there is one, and another to be thrown away.
func (c *importArchiveCmd) dryRun(t *terminal, use func(archive.Taker) error) (err error) {
	dir, err := os.MkdirTemp("", "tally-dry-run-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	scratch, err := eventlog.Open(dir, eventlog.Options{NoSync: true})
	if err != nil {
		return fmt.Errorf("open a log to be thrown away: %w", err)
	}
	return throughGates(scratch, func(g archive.Gates) error {
		return guard(c.Data, func() error {
			log, err := openLog(c.Data, eventlog.Options{ReadOnly: true})
			if errors.Is(err, eventlog.ErrInUse) {
				log, err = copied(t, c.Data, filepath.Join(dir, "copy"), err)
			}
			switch {
			case errors.Is(err, eventlog.ErrNoLog):
				return use(&archive.DryRun{Scratch: g})
			case err != nil:
				return err
			}
			return errors.Join(use(&archive.DryRun{Log: log, Scratch: g}), log.Close())
		})
	})
}

// copied opens a copy of a log that a running bot holds, which it makes in the folder to. The bot itself might not be able to
// read the caller's files: a service sees no more of the disk than it needs.
func copied(t *terminal, dir, to string, inUse error) (*eventlog.Log, error) {
	if err := os.Mkdir(to, 0o700); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(filepath.Join(to, eventlog.FileName), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	asking := *t
	asking.args, asking.out, asking.width = []string{"backup", "--out=-"}, bufio.NewWriter(file), 0
	if err := errors.Join(asking.elsewhere(dir, inUse), file.Close()); err != nil {
		return nil, err
	}
	return openLog(to, eventlog.Options{ReadOnly: true})
}

// throughGates calls use with what opens a log's gates, closes those that were opened, and the log.
func throughGates(log *eventlog.Log, use func(archive.Gates) error) error {
	gates := map[snowflake.ID]*gate.Gate{}
	err := use(func(guild snowflake.ID) (g *gate.Gate, err error) {
		if g = gates[guild]; g != nil {
			return g, nil
		}
		if g, err = gate.Open(log, guild, slog.New(slog.DiscardHandler)); err == nil {
			gates[guild] = g
		}
		return g, err
	})
	for _, g := range gates {
		g.Close()
	}
	return errors.Join(err, log.Close())
}
