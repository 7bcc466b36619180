package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/schollz/progressbar/v3"

	"tally/eventlog"
)

type logCompactCmd struct {
	dataFlag
	guildFlag
	KeepFile bool   `help:"Don't rewrite the file: what is freed in it is used again by what comes."`
	Format   string `enum:"table,json" default:"table" help:"table or json."`
}

// Help is shown by --help.
func (logCompactCmd) Help() string {
	return `Live messages are written one by one as they come. This packs those older than a day closely: many
small records become one. Every event keeps its ULID and its place, and no count changes. Then the file
is written anew without its free space, which takes as much room on the disk as the log itself meanwhile.

Stop the bot first: it does the same by itself, a little at a time, but it doesn't rewrite the file. Both can be
interrupted at any moment, and go on at the next call. Older versions of tally don't read a compacted log.

Examples:

    tally log compact --data ./data
    tally log compact --data ./data --keep-file`
}

// compacted is the outcome, for programs.
type compacted struct {
	Records int   `json:"records_joined"` // how many became
	Joined  int   `json:"into_records"`   // how many
	Before  int64 `json:"bytes_before"`   // of the file
	After   int64 `json:"bytes_after"`
}

func (c *logCompactCmd) Run(ctx context.Context, t *terminal) error {
	path := filepath.Join(c.Data, eventlog.FileName)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) { // to open it for writing would make it
		return fmt.Errorf("%w: %s does not exist (is --data right? `tally run` makes it)", eventlog.ErrNoLog, path)
	}
	return writing(c.Data, func() error {
		var done compacted
		before, err := os.Stat(path)
		if err == nil {
			err = c.join(ctx, t, &done)
		}
		if err == nil && !c.KeepFile {
			err = c.rewrite(t)
		}
		if err != nil {
			return err
		}
		after, err := os.Stat(path)
		if err != nil {
			return err
		}
		done.Before, done.After = before.Size(), after.Size()
		if c.Format == "json" {
			return t.json(done)
		}
		t.facts([2]string{"records joined", fmt.Sprintf("%s into %s", number(done.Records), number(done.Joined))},
			[2]string{"size before", humanize.IBytes(uint64(done.Before))}, [2]string{"size after", humanize.IBytes(uint64(done.After))})
		return nil
	})
}

// join takes all steps of compaction.
func (c *logCompactCmd) join(ctx context.Context, t *terminal, done *compacted) (err error) {
	log, err := openLog(c.Data, eventlog.Options{})
	if errors.Is(err, eventlog.ErrInUse) {
		return advise(err, "A bot that runs packs the log by itself, a little at a time. To shrink the file, stop it first.")
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	guilds, err := c.of(log)
	if err != nil {
		return err
	}
	t.warnEmpty(guilds)
	bar := t.bar("joining records", -1)
	defer bar.end()
	for _, guild := range guilds {
		for more := true; more; {
			if err := ctx.Err(); err != nil {
				return errors.New("interrupted: what is compacted stays so, and the next call goes on")
			}
			step, err := log.CompactStep(guild, eventlog.CompactAge)
			if err != nil {
				return err
			}
			more = step.More
			done.Records += step.Records
			done.Joined += step.Joined
			bar.set(int64(done.Records))
		}
	}
	return nil
}

func (c *logCompactCmd) rewrite(t *terminal) error {
	var bar *bar
	_, err := eventlog.Shrink(c.Data, func(done, about int64) {
		if bar == nil {
			bar = t.bar("writing the file", about)
		}
		bar.set(done)
	})
	if bar != nil {
		bar.end()
	}
	return err
}

// bar is a progress bar, on a terminal only.
type bar struct {
	t   *terminal
	bar *progressbar.ProgressBar // nil: no terminal
}

// bar begins a bar; -1 stands for a total that is not known.
func (t *terminal) bar(what string, total int64) *bar {
	if !t.draws {
		return &bar{}
	}
	return &bar{t, progressbar.NewOptions64(total,
		progressbar.OptionSetWriter(t.err), progressbar.OptionSetDescription(what), progressbar.OptionShowCount(), progressbar.OptionSetWidth(24),
		progressbar.OptionThrottle(50*time.Millisecond), progressbar.OptionSetPredictTime(false), progressbar.OptionUseANSICodes(false),
	)}
}

func (b *bar) set(n int64) {
	if b.bar != nil {
		_ = b.bar.Set64(n) // fails only beyond the total
	}
}

// end leaves the bar as it is and goes to the next line.
func (b *bar) end() {
	if b.bar != nil {
		_ = b.bar.Exit() // writes nothing that could matter
		b.t.say("")
	}
}
