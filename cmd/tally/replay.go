package main

import (
	"encoding/csv"
	"fmt"
	"strconv"

	"github.com/oklog/ulid/v2"

	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

type replayCmd struct {
	dataFlag
	guildFlag
	Format string `enum:"table,json,csv" default:"table" help:"table, json (one object a server a line) or csv."`
	By     string `enum:"user,channel" default:"user" help:"What a table or CSV lists: user or channel. JSON has both."`
	Until  moment `placeholder:"ULID|TIME" help:"Only what the log held then."`
}

// Help is shown by --help.
func (replayCmd) Help() string {
	return `Folds the whole log again and prints the counts. Nothing but the log is read, and nothing is written.
"messages" are those that exist; "seen" are those and the ones known to be deleted. Where the server's settings (/settings in
Discord) count deleted messages too, both are the same. User 1 in JSON and CSV stands
for all erased members.

Examples:

    tally replay --data ./data
    tally replay --data ./data --format json | jq '.users[0]'
    tally replay --data ./data --format csv --by channel > channels.csv
    tally replay --data ./data --until 2026-08-01`
}

func (c *replayCmd) Run(t *terminal) error {
	return c.read(t, func(log *eventlog.Log) error {
		guilds, err := c.of(log)
		if err != nil {
			return err
		}
		t.warnEmpty(guilds)
		var until ulid.ULID
		if !c.Until.isZero() {
			until = c.Until.last()
		}
		for n, guild := range guilds {
			g, err := projections.Replay(log, guild, until)
			if err != nil {
				return err
			}
			t.warnUnknown(g)
			if err := c.print(t, n, g.Report()); err != nil {
				return err
			}
		}
		return nil
	})
}

// warnUnknown says that a newer version wrote to the log.
func (t *terminal) warnUnknown(g *projections.Guild) {
	if n := g.Unknown(); n > 0 {
		t.say("Server %s has %s of kinds that this version doesn't know: a newer tally may count differently.", g.ID, count(n, "event"))
	}
}

func (c *replayCmd) print(t *terminal, n int, r projections.Report) error {
	switch c.Format {
	case "json":
		return t.json(r)
	case "csv":
		return c.csv(t, n == 0, r)
	}
	if n > 0 {
		t.print("")
	}
	facts := append([][2]string{{"guild_id", r.Guild.String()}}, fieldsOf(r.Import)...)
	facts = append(facts, settingsFact(r.Settings)...)
	t.facts(append(facts, [2]string{"total", number(r.Total)})...)
	t.print("")
	if c.By == "channel" {
		t.table([]column{{name: "channel_id"}, {name: "messages", right: true}}, channelRows(r))
		return nil
	}
	t.table([]column{{name: "rank", right: true}, {name: "user_id"}, {name: "messages", right: true}, {name: "seen", right: true, spare: 1}}, userRows(r))
	return nil
}

func userRows(r projections.Report) (rows [][]string) {
	for i, u := range r.Users {
		rank, user := strconv.Itoa(i+1), u.User.String()
		if u.User == eventlog.Anonymous {
			rank, user = "–", "erased members"
		}
		rows = append(rows, []string{rank, user, number(u.Messages), number(u.Seen)})
	}
	return rows
}

func channelRows(r projections.Report) (rows [][]string) {
	for _, ch := range r.Channels {
		rows = append(rows, []string{ch.Channel.String(), number(ch.Messages)})
	}
	return rows
}

// fieldsOf shows the five fields of an import.
func fieldsOf(f projections.ImportFields) [][2]string {
	date, start, end := "–", "–", "–"
	if f.Date != nil {
		date = *f.Date
	}
	if f.StartTime != nil {
		start = clock(*f.StartTime)
	}
	if f.EndTime != nil {
		end = clock(*f.EndTime)
	}
	return [][2]string{
		{"import_completed", strconv.FormatBool(f.Completed)}, {"import_date", date}, {"import_start_time", start},
		{"import_end_time", end}, {"total_messages_imported", number(f.Total)},
	}
}

func (c *replayCmd) csv(t *terminal, head bool, r projections.Report) error {
	w := csv.NewWriter(t.out)
	write := func(guild string, id snowflake.ID, values ...uint64) {
		row := []string{guild, id.String()}
		for _, v := range values {
			row = append(row, strconv.FormatUint(v, 10))
		}
		_ = w.Write(row) // Error tells
	}
	guild := r.Guild.String()
	if c.By == "channel" {
		if head {
			_ = w.Write([]string{"guild_id", "channel_id", "messages"})
		}
		for _, ch := range r.Channels {
			write(guild, ch.Channel, ch.Messages)
		}
	} else {
		if head {
			_ = w.Write([]string{"guild_id", "user_id", "messages", "seen"})
		}
		for _, u := range r.Users {
			write(guild, u.User, u.Messages, u.Seen)
		}
	}
	if w.Flush(); w.Error() != nil {
		return fmt.Errorf("write the table: %w", w.Error())
	}
	return nil
}
