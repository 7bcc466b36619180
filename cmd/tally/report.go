package main

import (
	"tally/bot/report"
	"tally/eventlog"
)

type reportCmd struct {
	dataFlag
	guildFlag
	Out    string `default:"report.html" placeholder:"FILE" completion-predictor:"file" help:"Where the page goes (default: ${default}); - is standard output."`
	Format string `enum:"html,json" default:"html" help:"html, or json: the same figures for programs, one object a server a line, on standard output."`
}

// Help is shown by --help.
func (reportCmd) Help() string {
	return `Writes one page for the browser: totals, messages by day, weekdays and hours, the leaderboard, channels,
and the coverage map: how each channel's messages have come (import, live, catch-up, repair, archive),
and where gaps were or are. The page is one file, without scripts, and asks the network for nothing.

While the bot runs, "tally run --listen 127.0.0.1:8080" shows the same page live.

Examples:

    tally report --data ./data --out report.html
    tally report --data ./data --guild 197038439483310086 --out server.html
    tally report --data ./data --format json | jq .by_origin`
}

// Run writes the file itself also where a running bot carries the command out: that bot only prints the page.
func (c *reportCmd) Run(t *terminal) error {
	if c.Format == "json" || c.Out == "-" {
		return c.print(t)
	}
	err := t.into(c.Out, c.print)
	if err == nil {
		t.say("Wrote %s: open it in a browser.", c.Out)
	}
	return err
}

func (c *reportCmd) print(t *terminal) error {
	return c.read(t, func(log *eventlog.Log) error {
		guilds, err := c.of(log)
		if err != nil {
			return err
		}
		t.warnEmpty(guilds)
		page := report.Page{Version: version()}
		for _, guild := range guilds {
			f, err := report.Read(log, guild)
			if err != nil {
				return err
			}
			if c.Format == "json" {
				if err := t.json(f); err != nil {
					return err
				}
			}
			page.Guilds = append(page.Guilds, f)
		}
		if c.Format == "json" {
			return nil
		}
		return report.Write(t.out, page)
	})
}
