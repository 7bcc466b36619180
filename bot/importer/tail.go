package importer

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"tally/bot/discord"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// tailSpan is how long before the cutoff history is read once more when all channels are done. Ids
// become visible a little out of order; nobody says by how much, seconds were seen.
const tailSpan = 5 * time.Minute

// tailsAtOnce is how many channels are asked again at the same time.
const tailsAtOnce = 64

// readTails reads the end of the imported span again in the channels that were active then, for
// messages that became visible after their neighbours had been read.
func (im *Importer) readTails(ctx context.Context, imp projections.Import, channels []discord.Channel) error {
	from := snowflake.At(imp.Start().Add(-tailSpan))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(tailsAtOnce)
	for _, c := range channels {
		group.Go(func() error {
			done, err := im.progress(imp.Number, c.ID)
			if err != nil || c.LastMessage < from || done.Outcome != eventlog.Completed {
				return err
			}
			return im.readTail(ctx, imp, c, from)
		})
	}
	return group.Wait()
}

func (im *Importer) readTail(ctx context.Context, imp projections.Import, c discord.Channel, from snowflake.ID) error {
	since := im.Directory.Told()
	err := im.Forward(ctx, c.ID, from-1, imp.Cutoff, c.LastMessage, func(page []discord.Message) error {
		return im.Gate.Page(ctx, eventlog.Import, imp.Number, c.ID, page)
	})
	return im.ended(ctx, imp.Number, c, since, err)
}

// reconcile compares what live tracking holds before the cutoff, in the channels that were read, with
// what the import holds, so that switching over loses nothing that Discord has. What the import lacks
// is asked for once more: what is there is taken over as a repair, what is not is a delete that was
// missed.
func (im *Importer) reconcile(ctx context.Context, imp projections.Import) error {
	lacking, err := projections.Lacking(im.Gate.Log(), im.Guild, imp.Number)
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(tailsAtOnce)
	for channel, ids := range lacking {
		group.Go(func() error {
			if err := im.settle(ctx, imp, channel, ids); err != nil {
				return fmt.Errorf("channel %s: %w", channel, err)
			}
			return nil
		})
	}
	return group.Wait()
}

func (im *Importer) settle(ctx context.Context, imp projections.Import, channel snowflake.ID, ids []snowflake.ID) error {
	since := im.Directory.Told()
	there, gone, err := im.Settle(ctx, channel, ids, im.Now, im.Gate.IsDeleted)
	if err != nil {
		c, _ := im.Directory.Channel(channel)
		c.ID = channel
		return im.ended(ctx, imp.Number, c, since, err)
	}
	im.Log.Info("live tracking knew messages that the history lacked", "channel", channel, "repaired", len(there), "deleted", len(gone))
	if len(there) > 0 {
		if err := im.Gate.Page(ctx, eventlog.Repair, imp.Number, channel, there); err != nil {
			return err
		}
	}
	if len(gone) > 0 {
		return im.Gate.Deleted(ctx, channel, gone...)
	}
	return nil
}
