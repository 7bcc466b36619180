package importer

import (
	"context"
	"errors"

	"tally/bot/discord"
	"tally/bot/history"
	"tally/bot/rest"
	"tally/eventlog"
	"tally/projections"
)

// readChannel reads one channel from where the import is with it, to its beginning.
func (im *Importer) readChannel(ctx context.Context, imp projections.Import, c discord.Channel) error {
	done, err := im.progress(imp.Number, c.ID)
	if err != nil || done.Outcome == eventlog.Completed || done.Outcome == eventlog.Gone {
		return err
	}
	if !im.Readable(c.ID) {
		return im.finish(ctx, imp.Number, c, eventlog.NoPermission)
	}
	if !c.HoldsMessages() { // a forum: its posts are threads
		return im.finish(ctx, imp.Number, c, eventlog.Completed)
	}
	since := im.Directory.Told()
	err = im.Walk(ctx, c, imp.Cutoff, done.Cursor, func(page []discord.Message) error {
		return im.Gate.Page(ctx, eventlog.Import, imp.Number, c.ID, page)
	})
	if err != nil {
		return im.ended(ctx, imp.Number, c, since, err)
	}
	return im.finish(ctx, imp.Number, c, eventlog.Completed)
}

// ended notes that a channel can't be read, or not any more: then it keeps the count that it had, unless it
// is gone. Other errors are returned as they are. since is what the directory had been told when it was asked.
func (im *Importer) ended(ctx context.Context, number uint32, c discord.Channel, since uint64, err error) error {
	switch {
	case errors.Is(err, rest.ErrUnknownChannel):
		im.Directory.Remove(c.ID) // else it would be taken for one that is still to be read
		if err := im.finish(ctx, number, c, eventlog.Gone); err != nil {
			return err
		}
		return im.Gate.ChannelsDeleted(ctx, c.ID)
	case errors.Is(err, rest.ErrNoAccess):
		if err := im.Refused(since, c.ID); err != nil { // else it would be taken for one that has just opened
			return err
		}
		return im.finish(ctx, number, c, eventlog.NoPermission)
	case errors.Is(err, history.ErrNoHistory):
		return im.finish(ctx, number, c, eventlog.NoPermission)
	}
	return err
}
