package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"tally/eventlog"
)

type backupCmd struct {
	dataFlag
	Out string `required:"" placeholder:"FILE" completion-predictor:"file" help:"Where the copy goes; - is standard output."`
}

// Help is shown by --help.
func (backupCmd) Help() string {
	return `Copies the log as it is at this moment into one file, while the bot goes on counting. The file holds everything but
erasure.key, which is there if somebody had himself erased: keep a copy of that too, once; it never changes. What else is in the
data folder is made anew. A file that is there already is not replaced.

To put it back:

  1. Stop the bot.
  2. Move tally.db and the folder snapshots out of the data folder, and put the copy there as tally.db. Both have to
     be readable and writable by the user who runs the bot.
  3. If erasure.key is missing there, put your copy of it beside it. Without it the bot counts no server from which somebody
     had himself erased, for it would count him by name again.
  4. Start the bot. It reads what was sent since the copy was made, as after any downtime.
  5. Whom you erased since, and who wrote /forget-me since: erase them again, for the copy still names them.

Examples:

    tally backup --data ./data --out tally-2026-11-24.db
    tally backup --data ./data --out - | zstd > tally.db.zst`
}

// Run writes the file itself also where a running bot carries the command out.
func (c *backupCmd) Run(t *terminal) error {
	if c.Out == "-" {
		if t.width > 0 {
			return usage(errors.New("a copy of the log is not for a terminal"), "Give --out FILE, or pipe it.")
		}
		return c.print(t)
	}
	if _, err := os.Lstat(c.Out); !errors.Is(err, fs.ErrNotExist) {
		if err == nil {
			err = fs.ErrExist
		}
		return usage(fmt.Errorf("write %s: %w", c.Out, err), "Give a file that isn't there yet: an older backup is not overwritten.")
	}
	if err := t.into(c.Out, c.print); err != nil {
		return err
	}
	t.say("Wrote %s. `tally backup --help` says how to put it back.", c.Out)
	return nil
}

func (c *backupCmd) print(t *terminal) error {
	return c.read(t, func(log *eventlog.Log) error {
		_, err := log.Backup(t.out)
		return err
	})
}
