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
	err = im.Walk(ctx, c.ID, imp.Cutoff, done.Cursor, func(page []discord.Message) error {
		return im.Gate.Page(ctx, eventlog.Import, imp.Number, c.ID, page)
	})
	switch {
	case errors.Is(err, rest.ErrUnknownChannel):
		im.Directory.Remove(c.ID) // else it would be taken for one that is still to be read
		return im.finish(ctx, imp.Number, c, eventlog.Gone)
	case errors.Is(err, rest.ErrNoAccess):
		im.Directory.Refused(c.ID) // else it would be taken for one that has just opened
		return im.finish(ctx, imp.Number, c, eventlog.NoPermission)
	case errors.Is(err, history.ErrNoHistory):
		return im.finish(ctx, imp.Number, c, eventlog.NoPermission)
	case err != nil:
		return err
	}
	return im.finish(ctx, imp.Number, c, eventlog.Completed)
}
