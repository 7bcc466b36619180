package verify

import (
	"context"
	"maps"
	"slices"

	"tally/bot/discord"
	"tally/bot/rest"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// gone takes a channel that doesn't exist any more: all that counts of it is too much.
func (d *Deep) gone(ctx context.Context, c discord.Channel, cutoff snowflake.ID) (*Differences, error) {
	found := newDifferences()
	counted, err := d.counted(c.ID, 0, cutoff-1)
	if err != nil {
		return nil, err
	}
	for _, author := range counted {
		found.user(author).Counted++
		found.user(author).Extra++
	}
	found.Gone = uint64(len(counted))
	if !d.Repair {
		return found, nil
	}
	if err := d.Gate.ChannelsDeleted(ctx, d.Directory.Remove(c.ID)...); err != nil {
		return nil, err
	}
	return found, d.checked(ctx, c.ID, 0)
}

// mendMissing takes over what Discord has.
func (d *Deep) mendMissing(ctx context.Context, channel snowflake.ID, missing map[snowflake.ID]discord.Message) error {
	if !d.Repair {
		return nil
	}
	for page := range slices.Chunk(slices.Collect(maps.Values(missing)), rest.MaxPage) {
		if err := d.Gate.Page(ctx, eventlog.Repair, 0, channel, page); err != nil {
			return err
		}
	}
	return nil
}

// checked waits until what was mended is durable, and notes that the channel is as Discord has it, for every
// gap up to the one named.
func (d *Deep) checked(ctx context.Context, channel snowflake.ID, gap uint32) error {
	if !d.Repair {
		return nil
	}
	return d.Gate.Write(ctx, func(*projections.Guild) ([]eventlog.Body, error) {
		if gap == 0 {
			return nil, nil
		}
		return []eventlog.Body{eventlog.ChannelChecked{Channel: channel, Gap: gap, Parent: d.Directory.ParentOf(channel)}}, nil
	})
}
