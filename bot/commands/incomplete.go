package commands

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"tally/bot/discord"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// incomplete says in what the counts of a channel, 0 for all, will still change, or lack something; "" if in nothing.
func incomplete(t *Target, channel snowflake.ID) string {
	note := ""
	t.Gate.View(func(g *projections.Guild) {
		switch status, _ := g.ImportStatus(); {
		case g.Committed() != nil && g.Covered():
		case g.Committed() != nil:
			note = "What was sent while I wasn't listening is being read."
		case status == projections.StatusRunning:
			note = "The history is being imported%s: until that is done, only new messages are counted."
		default:
			note = "The history is not imported yet: only messages since I joined are counted."
		}
	})
	if strings.Contains(note, "%s") {
		progress := ""
		if p, ok := t.Job.Progress(); ok && p.Fraction > 0 {
			progress = fmt.Sprintf(", about %d %% are read", int(p.Fraction*100))
		}
		note = fmt.Sprintf(note, progress)
	}
	lacking := closed(t, channel)
	if channel == 0 {
		lacking = unread(t)
	}
	return lines([]string{note, anew(t), lacking})
}

// closed says why nothing, or not all, of a channel that was asked for is counted; "" where nothing keeps me from it.
func closed(t *Target, id snowflake.ID) (why string) {
	if id == 0 {
		return ""
	}
	t.Gate.View(func(g *projections.Guild) {
		if excluded(t, g, id) {
			why = "This channel doesn't count here: it is excluded. /settings show lists what is."
		}
	})
	if why != "" {
		return why
	}
	if c, ok := t.Directory.Channel(id); !ok || t.Directory.History(c) != discord.CanRead {
		why = "Of this channel not all is counted: " + remedy(t.Directory, id) + "."
	}
	return why
}

func excluded(t *Target, g *projections.Guild, id snowflake.ID) bool {
	return g.IsExcluded(id) || g.IsExcluded(t.Directory.ParentOf(id))
}

// unread says in a few words that there are channels of which not all is counted. All may see it, so a channel is named
// only if all may see that one.
func unread(t *Target) string {
	switch ids := lackingChannels(t); {
	case len(ids) == 0:
		return ""
	case len(ids) > 1:
		return count(len(ids), "channel") + " can't be read: /import-status names them."
	case t.Directory.Public(ids[0]):
		c, _ := t.Directory.Channel(ids[0])
		return "#" + c.Name + " can't be read: /import-status says why."
	}
	return "1 channel can't be read: /import-status names it."
}

// lackingChannels returns the channels that count, of which the import or a catch-up could not read something, and still
// can't.
func lackingChannels(t *Target) (ids []snowflake.ID) {
	lack := map[snowflake.ID]bool{}
	t.Gate.View(func(g *projections.Guild) {
		if imp := g.Committed(); imp != nil {
			for id, c := range imp.Channels {
				lack[id] = c.Outcome == eventlog.NoPermission && !excluded(t, g, id)
			}
		}
		for _, gap := range g.Gaps() {
			lack[gap.Channel] = !excluded(t, g, gap.Channel)
		}
	})
	for _, id := range slices.Sorted(maps.Keys(lack)) {
		if c, known := t.Directory.Channel(id); lack[id] && known && t.Directory.History(c) != discord.CanRead {
			ids = append(ids, id)
		}
	}
	return ids
}
