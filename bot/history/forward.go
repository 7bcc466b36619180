package history

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"tally/bot/discord"
	"tally/bot/rest"
	"tally/eventlog/snowflake"
)

// ErrAgain is returned by what takes a page of Forward's, to have that page asked for again.
var ErrAgain = errors.New("the page is to be asked for again")

// Forward reads a channel's history from the oldest message above after up to the first page that
// reaches until, and gives each page; messages may come twice. That it returns no error means that
// there was nothing more, or until was reached, and that the history could be read to the last: see Walk.
// If last is the channel's last message, a page that isn't full and reaches it is the end; 0: it isn't known.
func (r *Reader) Forward(ctx context.Context, channel, after, until, last snowflake.ID, give func([]discord.Message) error) error {
	for idle := 0; after < until; {
		page, err := r.Client.Messages(ctx, channel, rest.Query{After: after})
		if err != nil {
			return err
		}
		if len(page) == 0 {
			if end, err := r.nothingAbove(ctx, channel, after); end || err != nil {
				return err
			}
			if idle++; idle == mostIdle {
				return fmt.Errorf("%w: nothing after %s, but something newer", ErrContradiction, after)
			}
			continue
		}
		idle = 0
		r.demoteStarters(page)
		if err := give(page); errors.Is(err, ErrAgain) {
			continue
		} else if err != nil {
			return err
		}
		if len(page) < rest.MaxPage && last != 0 && slices.MaxFunc(page, byID).ID >= last {
			return nil
		}
		after = onward(after, page)
	}
	return nil
}

// onward returns where reading goes on behind a page. Its last millisecond it may have cut apart, in any
// order, so that is read again, unless the page holds nothing else.
func onward(after snowflake.ID, page []discord.Message) snowflake.ID {
	newest := page[0].ID
	for _, m := range page {
		newest = max(newest, m.ID)
	}
	if again := snowflake.AtMs(newest.Ms()) - 1; again > after {
		return again
	}
	return newest
}

// nothingAbove reports whether there is nothing above after, and the right to read is there. One message that
// Discord shows proves the right.
func (r *Reader) nothingAbove(ctx context.Context, channel, after snowflake.ID) (bool, error) {
	newest, err := r.Client.Messages(ctx, channel, rest.Query{Limit: 1})
	if err != nil {
		return false, err
	}
	if len(newest) > 0 {
		return newest[0].ID <= after, nil
	}
	return r.proveNothing(ctx, channel, rest.Query{After: after, Limit: 1})
}
