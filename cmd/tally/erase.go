package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"tally/bot/gate"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

type eraseCmd struct {
	dataFlag
	Guild  snowflake.ID `required:"" placeholder:"ID" help:"The server whose data is erased, or one user's in it."`
	User   snowflake.ID `placeholder:"ID" help:"Only this user: the id is taken out, the messages still count, now and later, as those of erased members."`
	Yes    bool         `short:"y" help:"Don't ask for a confirmation."`
	DryRun bool         `help:"Say what would be erased, and change nothing; also while the bot runs."`
	Format string       `enum:"table,json" default:"table" help:"table or json."`
}

// Help is shown by --help.
func (eraseCmd) Help() string {
	return `Erases all that the log holds of a server, at once and for good; or, with --user, takes one user's id out of it: every record
that names the user is rewritten, and what comes later counts without a name too. The totals stay. Then the free space of
the log's file is overwritten. That can't be undone.

Stop the bot first. A server that it is still in is counted again from its next start on, as a new one: from nothing, what
is sent from then on, and by /import-messages the history too, also of those who had themselves erased there, for that is
forgotten as well. So remove the bot from the server first, if it is not to be counted.

While the bot runs, /erase-user does the same for a user, and members do it for themselves with /forget-me. Interrupted, it goes on when it is called again, or when the bot is started. Backups that you made are yours to delete: putting
back one from before brings everything back.

Examples:

    tally erase --data ./data --guild 197038439483310086 --dry-run
    tally erase --data ./data --guild 197038439483310086
    tally erase --data ./data --guild 197038439483310086 --user 80351110224678912 --yes`
}

// erased is the outcome, for programs.
type erased struct {
	Guild    snowflake.ID `json:"guild_id"`
	User     snowflake.ID `json:"user_id,omitzero"`
	Records  int          `json:"records"`  // removed, or rewritten
	Messages int          `json:"messages"` // events that they hold, or that named the user
	Others   int          `json:"others"`   // deletes, imports and all else
	Damaged  int          `json:"damaged_records"`
	DryRun   bool         `json:"dry_run"`
}

func (c *eraseCmd) Run(ctx context.Context, t *terminal) error {
	if c.User == eventlog.Anonymous {
		return usage(errors.New("user 1 is nobody: it stands for all erased members"), "Give a member's id.")
	}
	if c.DryRun {
		return c.read(t, func(log *eventlog.Log) error { return c.tell(ctx, t, log) })
	}
	path := filepath.Join(c.Data, eventlog.FileName)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) { // to open it for writing would make it
		return fmt.Errorf("%w: %s does not exist (is --data right? `tally run` makes it)", eventlog.ErrNoLog, path)
	}
	return writing(c.Data, func() error {
		log, err := openLog(c.Data, eventlog.Options{})
		if errors.Is(err, eventlog.ErrInUse) {
			return advise(err, "With the bot running, give /erase-user in Discord, or /forget-me as the member; to erase a server, stop the bot.")
		}
		if err != nil {
			return err
		}
		return errors.Join(c.erase(ctx, t, log), log.Close())
	})
}

// tell says what would be erased.
func (c *eraseCmd) tell(ctx context.Context, t *terminal, log *eventlog.Log) error {
	if _, err := (guildFlag{c.Guild}).of(log); err != nil {
		return err
	}
	found, err := c.found(ctx, log)
	if err != nil {
		return err
	}
	found.DryRun = true
	return c.print(t, found)
}

// found looks into the log.
func (c *eraseCmd) found(ctx context.Context, log *eventlog.Log) (erased, error) {
	r := erased{Guild: c.Guild, User: c.User}
	if c.User != 0 {
		named, err := log.Naming(ctx, c.Guild, c.User)
		r.Records, r.Messages, r.Others, r.Damaged = named.Records, named.Messages, named.Others, len(named.Damaged)
		return r, err
	}
	stats, err := log.Stats()
	for _, g := range stats.Guilds {
		if g.Guild == c.Guild {
			r.Records, r.Messages = g.Records, g.Kinds[eventlog.KindMessage]
			for kind, n := range g.Kinds {
				if kind != eventlog.KindMessage {
					r.Others += n
				}
			}
		}
	}
	return r, err
}

func (c *eraseCmd) erase(ctx context.Context, t *terminal, log *eventlog.Log) error {
	if swept, err := log.Swept(); err != nil {
		return err
	} else if !swept {
		t.say("An erasure was interrupted: finishing it.")
		if err := log.Sweep(ctx); err != nil {
			return err
		}
	}
	if _, err := (guildFlag{c.Guild}).of(log); err != nil {
		return err
	}
	what := fmt.Sprintf("all data of server %s", c.Guild)
	if c.User != 0 {
		what = fmt.Sprintf("user %s in server %s", c.User, c.Guild)
	}
	if err := c.confirm(t, what); err != nil {
		return err
	}
	if c.User != 0 {
		return c.eraseUser(ctx, t, log)
	}
	r, err := c.found(ctx, log)
	if err != nil && !damaged(err) { // what is damaged is erased as well
		return err
	}
	if err := projections.RemoveSnapshot(c.Data, c.Guild); err != nil {
		return err
	}
	if err := log.EraseGuild(c.Guild); err != nil {
		return err
	}
	if err := log.Sweep(ctx); err != nil {
		return advise(err, "The server's data is gone from the log, but not yet from the disk. Call it again, with any server.")
	}
	return c.print(t, r)
}

func damaged(err error) bool {
	_, ok := errors.AsType[*eventlog.CorruptError](err)
	return ok
}

func (c *eraseCmd) eraseUser(ctx context.Context, t *terminal, log *eventlog.Log) error {
	g, err := gate.Open(log, c.Guild, slog.New(slog.NewTextHandler(t.err, &slog.HandlerOptions{Level: slog.LevelWarn})))
	if err != nil {
		return err
	}
	done, err := g.Erase(ctx, c.User)
	g.Close()
	if err != nil {
		return err
	}
	return c.print(t, erased{
		Guild: c.Guild, User: c.User, Records: done.Records, Messages: done.Messages, Others: done.Others, Damaged: len(done.Damaged),
	})
}

// confirm asks, on a terminal, and goes on only after a yes.
func (c *eraseCmd) confirm(t *terminal, what string) error {
	if c.Yes {
		return nil
	}
	if !t.asks {
		return usage(fmt.Errorf("to erase %s needs a yes", what), "It can't be undone. Add --yes; --dry-run says what would go.")
	}
	fmt.Fprintf(t.err, "Erase %s? That can't be undone. Write yes to go on: ", what)
	answer, _ := bufio.NewReader(t.in).ReadString('\n') // its end is an answer too
	if strings.TrimSpace(answer) != "yes" {
		return advise(errors.New("nothing was erased"), "Write yes, the whole word, to go on.")
	}
	return nil
}

func (c *eraseCmd) print(t *terminal, r erased) error {
	if c.Format == "json" {
		return t.json(r)
	}
	if r.User != 0 && r.Records == 0 {
		t.say("Nothing in the log names user %s.", r.User)
	}
	done := "erased"
	if r.DryRun {
		done = "would be erased"
	} else if r.User != 0 {
		t.say("What comes of user %s counts without a name from now on.", r.User)
	}
	t.facts([2]string{"guild_id", r.Guild.String()}, [2]string{done, r.what()}, [2]string{"records", number(r.Records)},
		[2]string{"messages", number(r.Messages)}, [2]string{"other events", number(r.Others)})
	if r.Damaged > 0 {
		return advise(fmt.Errorf("%s could not be read and may still name the user", count(r.Damaged, "record")), "`tally log check` names every damaged record.")
	}
	return nil
}

func (r erased) what() string {
	if r.User == 0 {
		return "everything"
	}
	return "user " + r.User.String()
}
