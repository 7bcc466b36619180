package importer

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"tally/bot/discord"
	"tally/eventlog/snowflake"
	"tally/projections"
)

const (
	// channelsAtOnce is how many channels are begun at the same time; a page of each is in memory. Their
	// requests go by how much is left, see rest.WithPagesLeft, so all should be begun early: what is large
	// must not be found last.
	channelsAtOnce = 1024
	// listing is what the lists of threads weigh beside the pages that are left of a channel: the longest
	// channels go before them, and what the lists bring may be long too.
	listing = 100
)

// readAll lists the channels and reads each one from where the import is with it. The channels are begun
// before their threads are listed.
func (im *Importer) readAll(ctx context.Context, imp projections.Import) ([]discord.Channel, error) {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(channelsAtOnce)
	begun := map[snowflake.ID]bool{}
	begin := func(channels []discord.Channel) {
		for _, c := range channels {
			if begun[c.ID] {
				continue
			}
			begun[c.ID] = true
			group.Go(func() error {
				if err := im.readChannel(ctx, imp, c); err != nil {
					return fmt.Errorf("read #%s (%s): %w", c.Name, c.ID, err)
				}
				return nil
			})
		}
	}
	var channels []discord.Channel
	group.Go(func() (err error) {
		if channels, err = im.channels(ctx, imp, begin); err != nil {
			return fmt.Errorf("list the channels: %w", err)
		}
		if im.Listed != nil {
			im.Listed(channels)
		}
		begin(longestFirst(channels))
		return nil
	})
	return channels, group.Wait()
}

// longestFirst puts channels before threads, and those before shorter ones.
func longestFirst(channels []discord.Channel) []discord.Channel {
	return slices.SortedStableFunc(slices.Values(channels), func(a, b discord.Channel) int {
		switch {
		case a.IsThread() == b.IsThread():
			return cmp.Compare(b.Sent, a.Sent)
		case a.IsThread():
			return 1
		}
		return -1
	})
}
