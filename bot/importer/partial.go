package importer

import (
	"context"
	"slices"
	"time"

	"tally/bot/discord"
	"tally/bot/rest"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// margin is added to Discord's clock, which its answers tell to the second and rounded down: live tracking
// surely has what is sent after that. What comes live before it is found by the comparison at the end.
const margin = 2 * time.Second

// channels returns what an import is to read. begin is given a part of it earlier, if that is known earlier.
func (im *Importer) channels(ctx context.Context, imp projections.Import, begin func([]discord.Channel)) ([]discord.Channel, error) {
	if !imp.Partial {
		return im.List(rest.WithPagesLeft(ctx, listing), begin)
	}
	before := map[snowflake.ID]bool{}
	parents := im.unread()
	for _, c := range parents {
		before[c.ID] = true
	}
	if err := im.ListArchived(ctx, parents); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(im.unread(), func(c discord.Channel) bool { // what opened meanwhile is listed by the next
		return !before[c.ID] && !(c.IsThread() && before[c.Parent])
	}), nil
}

// unread returns the channels that no import has read though they are older than the completed one: those
// that the bot was let into since.
func (im *Importer) unread() []discord.Channel {
	var unread []discord.Channel
	all := im.Directory.Channels()
	im.Gate.View(func(g *projections.Guild) {
		committed := g.Committed()
		if committed == nil {
			return
		}
		isUnread := func(id snowflake.ID) bool {
			cutoff, _ := g.Cutoff(id)
			return cutoff == 0 && id < committed.Cutoff && !g.IsChannelDeleted(id)
		}
		unread = slices.DeleteFunc(all, func(c discord.Channel) bool {
			// A thread may have the id of an old message and be new: its parent tells, unless it is private.
			asParent := !c.IsThread() || c.Type == discord.ChannelPrivateThread || isUnread(c.Parent)
			return !c.HoldsMessages() && !c.HoldsThreads() || !isUnread(c.ID) || !asParent || !im.Readable(c.ID)
		})
	})
	return unread
}

// beginPartial starts an import of the channels that the bot was let into since the completed one, if there
// are any and none is running.
func (im *Importer) beginPartial(ctx context.Context) (bool, error) {
	if len(im.unread()) == 0 {
		return false, nil
	}
	begun := false
	err := im.Gate.Write(ctx, func(g *projections.Guild) ([]eventlog.Body, error) {
		if g.Running() != nil || g.Committed() == nil {
			return nil, nil
		}
		begun = true
		return []eventlog.Body{eventlog.ImportStarted{
			Import: g.NextImport(), Cutoff: cutoffAt(snowflake.At(im.Now().Add(margin)), g), Partial: true,
		}}, nil
	})
	if err != nil { // the writer may come to it yet
		return false, err
	}
	return begun, nil
}

// cutoffAt returns the cutoff of an import that is asked for at the time of an id. Everything that the log
// holds is older than it: from it on, live tracking has all. And no earlier cutoff is above it.
func cutoffAt(at snowflake.ID, g *projections.Guild) snowflake.ID {
	return max(snowflake.AtMs(at.Ms()), snowflake.AtMs(g.Newest().Ms()+1), g.HighestCutoff())
}
