package verify

import (
	"context"
	"errors"

	"tally/bot/discord"
	"tally/bot/history"
	"tally/bot/rest"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// tries is how often a channel is begun anew because the server was changed meanwhile.
const tries = 3

// Channel compares one channel, up to cutoff. With Repair it mends the log, and notes that the channel was
// checked; of one that doesn't exist any more, that it is gone. A channel that can't be read is only named in
// the result. It returns history.ErrChanging if the server is changed again and again.
func (d *Deep) Channel(ctx context.Context, c discord.Channel, cutoff snowflake.ID) (*Differences, error) {
	found, err := d.channel(ctx, c, cutoff)
	if err != nil {
		return nil, err
	}
	return found, d.removeGone(ctx, found.gone)
}

// channel is Channel, but that it only names a channel that is gone.
func (d *Deep) channel(ctx context.Context, c discord.Channel, cutoff snowflake.ID) (found *Differences, err error) {
	for range tries {
		if found, err = d.try(ctx, c, cutoff); !errors.Is(err, history.ErrChanging) {
			break
		}
	}
	return found, err
}

func (d *Deep) try(ctx context.Context, c discord.Channel, cutoff snowflake.ID) (*Differences, error) {
	var gap uint32
	var deleted bool
	if err := d.Gate.Write(ctx, func(g *projections.Guild) ([]eventlog.Body, error) {
		gap, deleted = g.NextGap()-1, g.IsChannelDeleted(c.ID) // and what came until now is in the log
		return nil, nil
	}); err != nil {
		return nil, err
	}
	since := d.Directory.Told()
	err := d.known(ctx, c)
	var found *Differences
	if err == nil {
		found, err = d.compare(ctx, c.ID, cutoff, deleted)
	}
	switch {
	case errors.Is(err, rest.ErrUnknownChannel):
		return d.gone(c.ID, cutoff)
	case errors.Is(err, rest.ErrNoAccess):
		err := d.Refused(since, c.ID)
		return skip(c.ID, d.reason(c)), err
	case errors.Is(err, history.ErrNoHistory):
		return skip(c.ID, d.reason(c)), nil
	case err != nil:
		return nil, err
	}
	return found, d.checked(ctx, c.ID, gap, found)
}

// known returns history.ErrNoHistory where asking for the history would be of no use.
func (d *Deep) known(ctx context.Context, c discord.Channel) error {
	if _, ok := d.Directory.Channel(c.ID); !ok {
		if d.Shut(c.Parent) {
			return history.ErrNoHistory
		}
		since := d.Directory.Told()
		c, err := d.Client.Channel(ctx, c.ID)
		if err != nil {
			return err
		}
		d.Directory.Learn(since, c)
	}
	if !d.Readable(c.ID) {
		return history.ErrNoHistory
	}
	return nil
}

// reason says why a channel can't be read. A thread that isn't known is as closed as its channel.
func (d *Deep) reason(c discord.Channel) string {
	for _, id := range []snowflake.ID{c.ID, c.Parent} {
		if known, ok := d.Directory.Channel(id); ok {
			if reason := d.Directory.History(known); reason != discord.CanRead {
				return reason.String()
			}
		}
	}
	return discord.CannotView.String()
}

// gone takes a channel that doesn't exist any more: all that counts of it is too much.
func (d *Deep) gone(channel, cutoff snowflake.ID) (*Differences, error) {
	found := newDifferences()
	counted, err := d.counted(channel, 0, cutoff-1)
	if err != nil {
		return nil, err
	}
	for _, author := range counted {
		found.user(author).Counted++
		found.user(author).Extra++
	}
	found.gone, found.ofGone = []snowflake.ID{channel}, uint64(len(counted))
	return found, nil
}
