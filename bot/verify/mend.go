package verify

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"tally/bot/discord"
	"tally/bot/gate"
	"tally/bot/history"
	"tally/bot/rest"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// mendMissing takes over what Discord has.
func (c *comparison) mendMissing(ctx context.Context, missing []snowflake.ID) error {
	if !c.Repair {
		return nil
	}
	for ids := range slices.Chunk(missing, rest.MaxPage) {
		page := make([]discord.Message, 0, len(ids))
		for _, id := range ids {
			page = append(page, c.missing[id])
		}
		if err := c.Gate.PageAsked(ctx, c.asked, eventlog.Repair, c.channel, page); errors.Is(err, gate.ErrStale) {
			return history.ErrChanging
		} else if err != nil {
			return err
		}
	}
	return nil
}

// removeGone tells that channels don't exist any more, and returns when that is durable.
func (d *Deep) removeGone(ctx context.Context, channels []snowflake.ID) error {
	if !d.Repair || len(channels) == 0 {
		return nil
	}
	for _, id := range channels {
		if err := d.Gate.ChannelsDeleted(ctx, d.Directory.Remove(id)...); err != nil {
			return err
		}
	}
	return d.Gate.Flush(ctx)
}

// checked waits until what was mended is durable, and notes that the channel is as Discord has it, for every
// gap up to the one named. A delete that didn't get into the log is an error: nobody would look again.
func (d *Deep) checked(ctx context.Context, channel snowflake.ID, gap uint32, found *Differences) error {
	if !d.Repair {
		return nil
	}
	return d.Gate.Write(ctx, func(g *projections.Guild) ([]eventlog.Body, error) {
		for _, p := range found.extra {
			if !g.IsDeleted(p.id) {
				return nil, fmt.Errorf("the delete of message %s is not in the log", p.id)
			}
		}
		if gap == 0 {
			return nil, nil
		}
		return []eventlog.Body{eventlog.ChannelChecked{Channel: channel, Gap: gap, Parent: d.Directory.ParentOf(channel)}}, nil
	})
}
