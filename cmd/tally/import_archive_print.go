package main

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"tally/bot/archive"
	"tally/eventlog/snowflake"
)

// archived is what came of an import of archives, for programs.
type archived struct {
	DryRun  bool             `json:"dry_run"`
	Files   int              `json:"files_read"`
	Other   int              `json:"other_files"` // of folders: they hold no messages
	Servers []archivedServer `json:"servers"`
	Nobody  int              `json:"messages_by_deleted_users"` // under Discord's one id for many of them
	Trouble []archivedFile   `json:"trouble"`
}

// archivedServer's messages are those that are new, held and skipped.
type archivedServer struct {
	Guild    snowflake.ID           `json:"guild_id"`
	Files    int                    `json:"files"`
	Channels int                    `json:"channels"` // and threads
	Threads  int                    `json:"threads"`
	Messages int                    `json:"messages"`
	New      int                    `json:"new"`
	Counting int                    `json:"counting"` // of the new ones
	Held     int                    `json:"held"`
	Skipped  int                    `json:"skipped"`
	Why      map[archive.Reason]int `json:"skipped_why"`
}

type archivedFile struct {
	File     string `json:"file"`
	Error    string `json:"error"`
	Messages int    `json:"messages"` // that were read of it before

	err error
}

func newArchived(s *archive.Summary, dryRun bool) archived {
	a := archived{DryRun: dryRun, Files: s.Read, Other: s.Other, Nobody: s.Nobody, Servers: []archivedServer{}, Trouble: []archivedFile{}}
	for _, i := range s.Servers {
		v := archivedServer{
			Guild: i.Guild, Files: i.Files, Channels: i.Channels, Threads: i.Threads,
			Messages: i.Messages, New: i.New, Counting: i.Counting, Held: i.Held, Why: i.Skipped,
		}
		for _, n := range i.Skipped {
			v.Skipped += n
		}
		a.Servers = append(a.Servers, v)
	}
	for _, f := range s.Troubled {
		a.Trouble = append(a.Trouble, archivedFile{f.File, f.Err.Error(), f.Read, f.Err})
	}
	return a
}

func (c *importArchiveCmd) print(t *terminal, a archived) error {
	if c.Format == "json" {
		return t.json(a)
	}
	var rows, skipped [][]string
	for _, s := range a.Servers {
		rows = append(rows, []string{
			s.Guild.String(), number(s.Files), number(s.Channels), number(s.Messages), number(s.New), number(s.Counting), number(s.Held), number(s.Skipped),
		})
		for _, why := range slices.SortedFunc(maps.Keys(s.Why), func(x, y archive.Reason) int {
			return cmp.Or(cmp.Compare(s.Why[y], s.Why[x]), cmp.Compare(x, y))
		}) {
			skipped = append(skipped, []string{s.Guild.String(), number(s.Why[why]), string(why)})
		}
	}
	if len(rows) > 0 {
		t.table([]column{
			{name: "guild_id"}, {name: "files", right: true, spare: 2}, {name: "channels", right: true, spare: 1}, {name: "messages", right: true},
			{name: "new", right: true}, {name: "counting", right: true}, {name: "held", right: true}, {name: "skipped", right: true},
		}, rows)
	}
	if len(skipped) > 0 {
		t.print("")
		t.table([]column{{name: "guild_id"}, {name: "skipped", right: true}, {name: "why"}}, skipped)
	}
	a.say(t)
	return nil
}

// say tells what is no figure.
func (a archived) say(t *terminal) {
	if a.Nobody > 0 {
		t.say("%s by %s: Discord shows this id in place of many people whose account is gone. They count as one.", count(a.Nobody, "message"), archive.Nobody)
	}
	if a.Other > 0 {
		t.say("%s in the folders held no messages.", count(a.Other, "other file"))
	}
	for _, f := range a.Trouble {
		read := ""
		if f.Messages > 0 {
			read = "; read before that: " + count(f.Messages, "message")
		}
		t.say("tally: %s: %s%s", f.File, f.Error, read)
	}
	if a.DryRun {
		t.say("Nothing was written. Without --dry-run it comes as said.")
	}
}

// trouble is the error of files that could not be read, or not to their end, with what to do about each kind.
func (a archived) trouble() error {
	advice := ""
	for _, kind := range []struct {
		err    error
		advice string
	}{
		{archive.ErrCutOff, "What is cut off or damaged: export it again, and give it again. "},
		{archive.ErrDamaged, "What is cut off or damaged: export it again, and give it again. "},
		{archive.ErrNoIDs, "An export as CSV: export it again with --format Json. "},
		{archive.ErrNoOwner, "A data package of which only a part is there: give --owner ID, the user's id. "},
		{archive.ErrDirect, "Direct messages belong to no server, and are not counted. "},
		{archive.ErrNotArchive, "`tally import-archive --help` says which files can be read. "},
	} {
		hit := slices.ContainsFunc(a.Trouble, func(f archivedFile) bool { return errors.Is(f.err, kind.err) })
		if hit && !strings.Contains(advice, kind.advice) {
			advice += kind.advice
		}
	}
	if len(a.Trouble) == 0 {
		if len(a.Servers) == 0 {
			return advise(errors.New("no messages found"), "`tally import-archive --help` says which files can be read.")
		}
		return nil
	}
	return advise(fmt.Errorf("%s could not be read, or not to the end", count(len(a.Trouble), "file")), strings.TrimSpace(advice))
}
