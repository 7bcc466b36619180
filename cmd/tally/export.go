package main

import (
	"errors"
	"fmt"
	"math"
	"time"

	"tally/bot/commands"
	"tally/bot/export"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

type exportCmd struct {
	dataFlag
	guildFlag
	Format string   `enum:"csv,json,parquet" default:"csv" help:"csv, json (one object a server a line) or parquet."`
	Period string   `enum:"all,today,7-days,30-days,month,year" default:"all" help:"Which messages: all, today, 7-days, 30-days, month or year."`
	AsOf   *dayFlag `placeholder:"DAY" help:"The day on which the period ends, as 2006-01-02 (default: that of the server's newest message)."`
	From   *dayFlag `placeholder:"DAY" help:"From this day on, as 2006-01-02."`
	To     *dayFlag `placeholder:"DAY" help:"Up to this day, which is in it."`
	Out    string   `default:"-" placeholder:"FILE" completion-predictor:"file" help:"Where it goes; - is standard output (default)."`
}

// Help is shown by --help.
func (exportCmd) Help() string {
	return `Writes how many messages each user wrote in each channel on each day, as far as they count. The sums are those of
"tally replay". The columns are guild_id, day (in the server's time zone), channel_id (the channel or thread), user_id and
messages; JSON has ids as strings, Parquet has them as UINT_64 and days as DATE. There are no names; user 1 stands for all
erased members.

"Today" is the day of the newest message that the log holds of a server: Discord's clock and the server's time zone decide, so the
same log gives the same file on any day and any machine. A period ends with it, or with --as-of.

Examples:

    tally export --data ./data --guild 197038439483310086 --out messages.csv
    tally export --data ./data --from 2026-01-01 --to 2026-01-31 | gzip > january.csv.gz
    tally export --data ./data --format json --period month | jq '.rows | length'
    tally export --data ./data --period 30-days --as-of 2026-01-31
    tally export --data ./data --format parquet --out messages.parquet
    duckdb -c "select user_id, sum(messages) from 'messages.parquet' group by 1 order by 2 desc limit 10"`
}

// dayFlag is a flag with a day.
type dayFlag struct{ projections.Day }

// UnmarshalText reads a day.
func (d *dayFlag) UnmarshalText(b []byte) error {
	if err := d.Day.UnmarshalText(b); err != nil {
		return fmt.Errorf("%q is no day, such as 2026-01-31", b)
	}
	return nil
}

// Run writes the file itself also where a running bot carries the command out: that bot only prints it.
func (c *exportCmd) Run(t *terminal) error {
	switch err := c.check(); {
	case err != nil:
		return err
	case c.Out != "-":
		err := t.into(c.Out, c.print)
		if err == nil {
			t.say("Wrote %s.", c.Out)
		}
		return err
	case c.Format == export.Parquet && t.width > 0:
		return usage(errors.New("a Parquet file is not for a terminal"), "Give --out FILE, or pipe it.")
	}
	return c.print(t)
}

// check finds flags that contradict each other.
func (c *exportCmd) check() error {
	if (c.From != nil || c.To != nil) && c.Period != "all" {
		return usage(errors.New("--period and --from or --to say two things"), "Give a period, or days.")
	}
	if c.AsOf != nil && (c.From != nil || c.To != nil) {
		return usage(errors.New("--as-of and --from or --to say two things"), "Give the day with --to, or a --period.")
	}
	if c.From != nil && c.To != nil && c.From.Day > c.To.Day {
		return usage(fmt.Errorf("no day is from %s to %s", c.From, c.To), "Give the earlier day with --from.")
	}
	return nil
}

// window returns the messages that are asked for. A period ends with the day of the newest one, unless a day is given.
func (c *exportCmd) window(calendar *projections.Calendar, newest time.Time) projections.Window {
	end, w := newest, projections.Window{To: math.MaxUint64}
	if c.AsOf != nil {
		end = calendar.Begin(c.AsOf.Day)
		w.To = snowflake.At(calendar.Begin(c.AsOf.Day + 1))
	}
	w.From = commands.PeriodBegin(c.Period, calendar, end)
	if c.From != nil {
		w.From = snowflake.At(calendar.Begin(c.From.Day))
	}
	if c.To != nil {
		w.To = snowflake.At(calendar.Begin(c.To.Day + 1))
	}
	return w
}

func (c *exportCmd) print(t *terminal) error {
	return c.read(t, func(log *eventlog.Log) error {
		guilds, err := c.of(log)
		if err != nil {
			return err
		}
		t.warnEmpty(guilds)
		out := export.New(t.out, c.Format)
		for _, guild := range guilds {
			g, err := projections.Load(log, guild)
			if err != nil {
				return err
			}
			t.warnUnknown(g)
			rows, err := g.UserDays(log, c.window(g.Calendar(), g.Newest().Time()))
			if err != nil {
				return err
			}
			if err := out.Write(guild, rows); err != nil {
				return err
			}
		}
		return out.Close()
	})
}
