package history

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"tally/bot/discord"
	"tally/bot/rest"
	"tally/eventlog/snowflake"
)

const (
	// youth is the age up to which a message that history doesn't show may yet become visible. Nobody says
	// how late that can be; seconds were seen.
	youth    = time.Minute
	askAgain = 2 * time.Second // while one is that young
)

// Settle finds out which messages of a channel Discord has, and which are gone; ids rise. A young one that
// history doesn't show is asked for again until it shows up, grows old, or known says that its fate has
// become known otherwise; those are in neither list. now is Discord's clock. If the history can't be read
// any more it returns ErrNoHistory: an empty answer then says nothing.
func (r *Reader) Settle(ctx context.Context, channel snowflake.ID, ids []snowflake.ID, now func() time.Time, known func(snowflake.ID) bool) (there []discord.Message, gone []snowflake.ID, err error) {
	for {
		found, absent, err := r.ask(ctx, channel, ids)
		if err != nil {
			return nil, nil, err
		}
		there = append(there, found...)
		ids = ids[:0:0]
		for _, id := range absent {
			switch {
			case known(id):
			case now().Sub(id.Time()) > youth:
				gone = append(gone, id)
			default:
				ids = append(ids, id)
			}
		}
		if len(ids) == 0 {
			return there, gone, nil
		}
		select {
		case <-time.After(askAgain):
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		}
	}
}

// ask asks for messages a page at a time, from the newest.
func (r *Reader) ask(ctx context.Context, channel snowflake.ID, ids []snowflake.ID) (there []discord.Message, absent []snowflake.ID, err error) {
	for idle := 0; len(ids) > 0; {
		page, err := r.Client.Messages(ctx, channel, rest.Query{Before: ids[len(ids)-1] + 1})
		if err != nil {
			return nil, nil, err
		}
		if len(page) == 0 {
			nothing, err := r.proveNothing(ctx, channel, rest.Query{Before: ids[len(ids)-1] + 1, Limit: 1})
			if err != nil {
				return nil, nil, err
			}
			if idle++; !nothing && idle == mostIdle {
				return nil, nil, fmt.Errorf("%w: nothing before %s, but something", ErrContradiction, ids[len(ids)-1]+1)
			}
			if !nothing {
				continue
			}
		}
		r.demoteStarters(page)
		at := answered(page, ids)
		asked := slices.Clone(ids[at:])
		for _, m := range page {
			if i, ok := slices.BinarySearch(asked, m.ID); ok {
				asked = slices.Delete(asked, i, i+1)
				there = append(there, m)
			}
		}
		absent = append(absent, asked...)
		ids = ids[:at]
	}
	slices.Sort(absent)
	return there, absent, nil
}

// answered returns the index of the first of the ids, which rise, that a page tells about: an empty one
// tells that there is nothing older, any other only of what it reaches, full or not. Its last millisecond
// it may have cut apart: of that it tells nothing, unless it tells of nothing else.
func answered(page []discord.Message, ids []snowflake.ID) int {
	if len(page) == 0 {
		return 0
	}
	least := slices.MinFunc(page, func(a, b discord.Message) int { return cmp.Compare(a.ID, b.ID) }).ID
	at, _ := slices.BinarySearch(ids, least.LastOfMs()+1)
	if at == len(ids) {
		at, _ = slices.BinarySearch(ids, least)
	}
	return at
}
