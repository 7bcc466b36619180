package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"tally/bot/doctor"
	"tally/bot/rest"
	"tally/eventlog"
)

type doctorCmd struct {
	Data string `env:"TALLY_DATA" placeholder:"DIR" completion-predictor:"dir" help:"The folder with the log; without one neither is looked at."`
	discordFlags
	guildFlag
	Channels bool   `help:"In a table, list every channel; else only those with something to do."`
	Format   string `enum:"table,json" default:"table" help:"table or json (one object a check, every channel among them)."`
}

// Help is shown by --help.
func (doctorCmd) Help() string {
	return `Looks for what would keep the bot from counting, and says what to do about it: the token, the application's
settings, the bot's permissions in each channel, this machine's clock, the data folder's space and speed, and
every record of the log. It only looks, also while the bot runs: the bot then reads the log, and all else is looked
at from here, as who you are. What needs a token is left out without one.

Channels that are hidden from the bot are not in what Discord tells it, so they can't be named.
Exit code 1 if anything failed; a warning alone is no failure.

Examples:

    tally doctor --data ./data --token-file token
    tally doctor --data ./data
    tally doctor --config tally.toml --format json | jq 'select(.state == "failed")'`
}

func (c *doctorCmd) Run(ctx context.Context, t *terminal) error {
	if t.held != nil { // the bot is asked by another doctor, for this alone
		c.readLog(t, func(f doctor.Finding) { c.print(t, f) })
		return nil
	}
	if err := checkFolder(c.Data); err != nil {
		return err
	}
	failed := 0
	report := func(f doctor.Finding) {
		if f.State == doctor.Failed {
			failed++
		}
		c.print(t, f)
	}
	if err := c.askDiscord(ctx, t, report); err != nil {
		return err
	}
	if c.Data == "" {
		doctor.NoFolder(report)
	} else {
		doctor.Folder(c.Data, report)
		c.readLog(t, report)
	}
	if failed > 0 {
		return advise(fmt.Errorf("%s failed", count(failed, "check")), "What to do stands below each of them.")
	}
	return ctx.Err()
}

// askDiscord looks at what needs a token, if there is one.
func (c *doctorCmd) askDiscord(ctx context.Context, t *terminal, report func(doctor.Finding)) error {
	token, err := c.token(t.in)
	if errors.Is(err, errNoToken) {
		doctor.NoToken(report)
		return nil
	}
	if err != nil {
		return err
	}
	t.hide(token)
	transport, err := rest.NewTransport(rest.Options{BaseURL: c.URL})
	if err != nil {
		return usage(err, "Give --discord-url as http://host:port, without /api.")
	}
	defer transport.CloseIdleConnections()
	client := rest.NewClient(rest.NewSession(token, transport))
	doctor.Discord{Client: client, Clock: transport.Now, Guild: c.Guild, Report: report}.Examine(ctx)
	return nil
}

// readLog looks at the log. A bot that holds it is asked for that alone: the token stays here, and the folder is
// looked at as this user.
func (c *doctorCmd) readLog(t *terminal, report func(doctor.Finding)) {
	var found bytes.Buffer
	asking := *t
	asking.args, asking.out = []string{"doctor", "--format=json"}, bufio.NewWriter(&found)
	err := dataFlag{c.Data}.read(&asking, func(log *eventlog.Log) error {
		doctor.Log(log, report)
		return nil
	})
	for from := json.NewDecoder(&found); from.More(); { // of the bot
		var f doctor.Finding
		if err = errors.Join(err, from.Decode(&f)); err != nil {
			break
		}
		report(f)
	}
	if errors.Is(err, errEnded) {
		err = fmt.Errorf("%w: %w", eventlog.ErrInUse, err)
	}
	if err != nil {
		doctor.NoLog(err, report)
	}
}

// words are the states in a table.
var words = map[doctor.State]string{doctor.OK: "ok", doctor.Skipped: "skip", doctor.Warning: "warn", doctor.Failed: "FAIL"}

// print writes a finding as soon as it is there: reading a large log takes its time.
func (c *doctorCmd) print(t *terminal, f doctor.Finding) {
	switch {
	case c.Format == "json":
		_ = t.json(f) // what can't be written shows when the command ends
	case f.Channel != 0 && f.State == doctor.OK && !c.Channels:
		return
	default:
		t.print("%-4s  %-11s  %s", words[f.State], f.Check, strings.ReplaceAll(f.Found, "\n", " "))
		if f.Todo != "" {
			t.print("      %-11s  → %s", "", f.Todo)
		}
	}
	_ = t.out.Flush()
}
