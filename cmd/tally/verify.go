package main

import (
	"errors"
	"fmt"
	"io/fs"

	"tally/bot/verify"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

type verifyCmd struct {
	dataFlag
	guildFlag
	Format string `enum:"table,json" default:"table" help:"table or json (one object a server a line)."`
}

// Help is shown by --help.
func (verifyCmd) Help() string {
	return `Loads each server's counts as the bot would (the saved state and the log's tail after it) and holds
them against the log, read from its beginning with exact sets of message ids. Prints every user
whose count differs. Exit code 1 if anything differs.
To compare with Discord itself, run /verify-message-counts deep:True there.

Examples:

    tally verify --data ./data
    tally verify --data ./data --format json | jq .accuracy`
}

// verified is one server's result, for programs.
type verified struct {
	Guild      snowflake.ID      `json:"guild_id"`
	Settings   eventlog.Settings `json:"-"`
	Exact      bool              `json:"exact"`
	Accuracy   string            `json:"accuracy"`
	Counted    uint64            `json:"counted"`
	Expected   uint64            `json:"expected"`
	Missing    uint64            `json:"missing"`
	Extra      uint64            `json:"extra"`
	Duplicates uint64            `json:"duplicates"`
	Replayed   bool              `json:"replay_gives_the_same_state"`
	Users      []verifiedUser    `json:"users"` // those that differ
}

type verifiedUser struct {
	User     snowflake.ID `json:"user_id"`
	Counted  uint64       `json:"counted"`
	Expected uint64       `json:"expected"`
}

func (c *verifyCmd) Run(t *terminal) error {
	return c.read(t, func(log *eventlog.Log) error {
		guilds, err := c.of(log)
		if err != nil {
			return err
		}
		t.warnEmpty(guilds)
		wrong := 0
		for n, guild := range guilds {
			v, err := verifyGuild(t, log, guild)
			if err != nil {
				return err
			}
			if !v.Exact {
				wrong++
			}
			if err := c.print(t, n, v); err != nil {
				return err
			}
		}
		if wrong > 0 {
			return advise(fmt.Errorf("the counts of %s differ from the log", count(wrong, "server")),
				"/recount in Discord counts from the log anew; or stop the bot, delete the folder \"snapshots\" and start it again.")
		}
		return nil
	})
}

func verifyGuild(t *terminal, log *eventlog.Log, guild snowflake.ID) (v verified, err error) {
	if _, err := projections.LoadSnapshot(log.Dir(), guild); err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.say("Server %s: the saved state can't be used, so the bot would count from the log: %v", guild, err)
	}
	shown, err := projections.Load(log, guild)
	if err != nil {
		return v, err
	}
	t.warnUnknown(shown)
	r, err := verify.AgainstLog(log, shown)
	same := !errors.Is(err, verify.ErrReplay)
	if err != nil && same {
		return v, err
	}
	v = verified{
		Guild: guild, Settings: shown.Settings(), Exact: r.Exact() && same, Accuracy: r.Accuracy(), Counted: r.Counted, Expected: r.Expected,
		Missing: r.Missing, Extra: r.Extra, Duplicates: r.Duplicates, Replayed: same, Users: []verifiedUser{},
	}
	for _, u := range r.Worst {
		v.Users = append(v.Users, verifiedUser{u.User, u.Counted, u.Expected})
	}
	return v, nil
}

func (c *verifyCmd) print(t *terminal, n int, v verified) error {
	if c.Format == "json" {
		return t.json(v)
	}
	if n > 0 {
		t.print("")
	}
	replay := "gives the same state, byte for byte"
	if !v.Replayed {
		replay = "gives another state"
	}
	facts := append([][2]string{{"guild_id", v.Guild.String()}}, settingsFact(v.Settings)...)
	t.facts(append(facts, [2]string{"accuracy", v.Accuracy},
		[2]string{"counted", number(v.Counted)}, [2]string{"expected", number(v.Expected)},
		[2]string{"missing", number(v.Missing)}, [2]string{"extra", number(v.Extra)},
		[2]string{"duplicates", number(v.Duplicates)}, [2]string{"replay", replay})...)
	if len(v.Users) == 0 {
		return nil
	}
	var rows [][]string
	for _, u := range v.Users {
		rows = append(rows, []string{u.User.String(), number(u.Counted), number(u.Expected)})
	}
	t.print("")
	t.table([]column{{name: "user_id"}, {name: "counted", right: true}, {name: "expected", right: true}}, rows)
	return nil
}
