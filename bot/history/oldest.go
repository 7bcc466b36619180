package history

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"tally/bot/discord"
	"tally/bot/rest"
	"tally/eventlog/snowflake"
)

// oldest is the oldest page of a channel.
type oldest struct {
	page []discord.Message
	upTo snowflake.ID // what is older than that is all in it
}

func (o oldest) empty() bool { return len(o.page) == 0 }

// oldest asks for the oldest page. It is empty only if the channel is, and not because the right to read is
// missing: that Discord names no last message is a hint, and no proof.
func (r *Reader) oldest(ctx context.Context, c discord.Channel) (oldest, error) {
	page, err := r.Client.Messages(ctx, c.ID, rest.Query{After: 1})
	for idle := 0; err == nil && len(page) == 0; idle++ {
		if none, err := r.proveNothing(ctx, c.ID, rest.Query{After: 1, Limit: 1}); none || err != nil {
			return oldest{}, err
		}
		if idle == mostIdle {
			return oldest{}, fmt.Errorf("%w: it shows something, but not from the beginning", ErrContradiction)
		}
		page, err = r.Client.Messages(ctx, c.ID, rest.Query{After: 1})
	}
	if err != nil {
		return oldest{}, err
	}
	r.demoteStarters(page)
	newest := slices.MaxFunc(page, byID).ID
	o := oldest{page, snowflake.AtMs(newest.Ms())} // its last millisecond it may have cut apart
	if len(page) < rest.MaxPage && c.LastMessage != 0 && newest >= c.LastMessage {
		o.upTo = math.MaxUint64 // it isn't full and reaches the last message: that is all
	}
	return o, nil
}

// below returns what has not been given down to a cursor.
func (o oldest) below(at cursor) []discord.Message {
	return at.fresh(slices.DeleteFunc(o.page, func(m discord.Message) bool { return m.ID >= at.before }))
}

func byID(a, b discord.Message) int { return cmp.Compare(a.ID, b.ID) }

// amount estimates how much of a channel is left to read: as dense as what has been read.
type amount struct {
	begin, end snowflake.ID // of what is to be read between the ends
	ends       float64      // messages in the oldest page,
	span       float64      // and its span, in units of ids
	read       int
}

func newAmount(c discord.Channel, at cursor, o oldest) *amount {
	a := &amount{begin: at.before, end: o.upTo, ends: float64(len(o.page))}
	if c.LastMessage != 0 {
		a.begin = min(a.begin, c.LastMessage+1)
	}
	a.span = float64(o.upTo) - float64(slices.MinFunc(o.page, byID).ID)
	return a
}

func (a *amount) add(messages int) { a.read += messages }

// left returns how many pages are left, the next one too.
func (a *amount) left(at cursor) float64 {
	next := max(min(at.before, a.begin), a.end)
	span := a.span + float64(a.begin) - float64(next)
	return 1 + (a.ends+float64(a.read))/max(span, 1)*float64(next-a.end)/rest.MaxPage
}

// unknownPages is how many pages a channel is taken for of which nothing is known: more than any has, so that
// something becomes known.
const unknownPages = 1e6

// mostOldSent is where Discord has stopped to count in threads that are older than July 2022
// (https://discord.com/developers/docs/resources/channel#channel-object).
const mostOldSent = 50

// guess returns how many pages a channel may have.
func guess(c discord.Channel) float64 {
	if !c.IsThread() || c.Sent == 0 || c.Sent == mostOldSent {
		return unknownPages
	}
	return float64(c.Sent) / rest.MaxPage
}
