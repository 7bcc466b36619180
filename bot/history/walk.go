package history

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"tally/bot/discord"
	"tally/bot/rest"
	"tally/eventlog/snowflake"
)

// mostIdle is how many answers in a row may bring nothing older though there is something older.
const mostIdle = 5

// ErrContradiction says that Discord doesn't give the older messages of a channel, which it shows it has.
// Later it may.
var ErrContradiction = errors.New("Discord contradicts itself about a channel's history") //lint:ignore ST1005 Discord is a name

// Walk reads a channel's history from before on, newest to oldest, to its beginning, and gives each page
// without what it gave before. seen is the smallest id that an earlier walk has read, or 0. That it
// returns no error means that the beginning was reached and that the history could be read to the last:
// where the right to read it is missing, Discord answers as if there were nothing, and Walk returns
// ErrNoHistory.
//
// The oldest page is asked for first, and given last: whoever has read down to it has read all, and no
// request is needed to prove that. c.LastMessage is a hint, of when the channel was listed.
func (r *Reader) Walk(ctx context.Context, c discord.Channel, before, seen snowflake.ID, give func([]discord.Message) error) error {
	at := cursor{before: before, seen: seen}.resume()
	oldest, err := r.oldest(rest.WithPagesLeft(ctx, guess(c)), c)
	if err != nil || oldest.empty() {
		return err
	}
	amount := newAmount(c, at, oldest)
	idle := 0 // answers in a row that brought nothing, though there is more
	page := make([]discord.Message, 0, rest.MaxPage)
	for at.before > oldest.upTo {
		ctx := rest.WithPagesLeft(ctx, amount.left(at))
		if page, err = r.Client.AppendMessages(ctx, page[:0], c.ID, rest.Query{Before: at.before}); err != nil {
			return err
		}
		reached := at.seen
		if len(page) > 0 {
			r.demoteStarters(page)
			fresh := at.fresh(page)
			if len(fresh) > 0 {
				if err := give(fresh); err != nil {
					return err
				}
			}
			at = at.next(page)
			amount.add(len(fresh))
		}
		if len(page) == rest.MaxPage || at.seen != reached { // a page that isn't full hints at the end, and no more
			idle = 0
			continue
		}
		if end, err := r.reachedEnd(ctx, c.ID, at); end || err != nil {
			return err
		}
		at.before = min(at.before, cmp.Or(at.seen, at.before))
		if idle++; idle == mostIdle {
			return fmt.Errorf("%w: nothing before %s, but something older", ErrContradiction, at.before)
		}
	}
	if rest := oldest.below(at); len(rest) > 0 {
		return give(rest)
	}
	return nil
}

// reachedEnd asks for the oldest message of the channel. If it is no older than the oldest one seen, the
// beginning is reached, and the right to read was there just now: an empty page would prove neither.
func (r *Reader) reachedEnd(ctx context.Context, channel snowflake.ID, at cursor) (bool, error) {
	oldest, err := r.Client.Messages(ctx, channel, rest.Query{After: 1, Limit: 1})
	if err != nil {
		return false, err
	}
	if len(oldest) > 0 {
		return oldest[0].ID >= cmp.Or(at.seen, at.before), nil
	}
	return r.proveNothing(ctx, channel, rest.Query{Before: at.before, Limit: 1})
}

// Readable reports whether the history of a channel may be read, as things are now.
func (r *Reader) Readable(channel snowflake.ID) bool {
	c, ok := r.Directory.Channel(channel)
	return ok && r.Directory.History(c) == discord.CanRead
}

// demoteStarters marks the copy of another channel's message that a thread may begin with as what it is.
func (r *Reader) demoteStarters(page []discord.Message) {
	for i := range page {
		if r.Directory.StarterCopy(page[i]) {
			page[i].Type = discord.TypeThreadStarter
		}
	}
}

// cursor is a place in a channel's history that is read from newest to oldest.
type cursor struct {
	before snowflake.ID // the next page has ids below it
	seen   snowflake.ID // the smallest id read so far; 0: none

	last []discord.Message // the page before
}

// resume begins at what was read last, if anything was: its millisecond is read again, because within
// one Discord promises no order.
func (c cursor) resume() cursor {
	if c.seen != 0 {
		c.before = c.seen.LastOfMs() + 1
	}
	return c
}

// next moves on by a page. The cursor is the numeric minimum of the ids. After a full page the
// millisecond of that minimum is read again, for the page may have cut it apart; a page that is not
// full has cut nothing, and nor can one be held up by a millisecond that fills it alone.
func (c cursor) next(page []discord.Message) cursor {
	least := page[0].ID
	for _, m := range page {
		least = min(least, m.ID)
	}
	before := least
	if again := least.LastOfMs() + 1; again < c.before {
		before = again
	}
	return cursor{before: before, seen: least, last: append(c.last[:0], page...)}
}

// fresh leaves out what the page before had too. It spares the gate a look into the log.
func (c cursor) fresh(page []discord.Message) []discord.Message {
	if c.seen == 0 || len(c.last) == 0 {
		return page
	}
	fresh := page[:0:0]
	for _, m := range page {
		if m.ID >= c.seen && c.had(m.ID) {
			continue
		}
		fresh = append(fresh, m)
	}
	return fresh
}

func (c cursor) had(id snowflake.ID) bool {
	for _, m := range c.last {
		if m.ID == id {
			return true
		}
	}
	return false
}
