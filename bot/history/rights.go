package history

import (
	"context"
	"errors"

	"tally/bot/discord"
	"tally/bot/rest"
	"tally/eventlog/snowflake"
)

// ErrNoHistory says that Discord shows nothing of a channel any more, and that the bot lacks the right
// to read it.
var ErrNoHistory = errors.New("no permission to read the message history")

// ErrChanging says that the server was changed while it was asked for; later it will be clear.
var ErrChanging = errors.New("the server's channels or roles are being changed")

// refreshes is how often the server is asked for in a row.
const refreshes = 5

// proveNothing reports whether a question that was answered with nothing is answered so again now that the right
// to read is there: it may have been missing at the time, and have come back since.
func (r *Reader) proveNothing(ctx context.Context, channel snowflake.ID, q rest.Query) (bool, error) {
	if err := r.provePermission(ctx, channel); err != nil {
		return false, err
	}
	page, err := r.Client.Messages(ctx, channel, q)
	return len(page) == 0, err
}

// provePermission returns ErrNoHistory unless the bot may read a channel's history, as Discord says now.
func (r *Reader) provePermission(ctx context.Context, channel snowflake.ID) error {
	if err := r.refresh(ctx, channel); err != nil {
		return err
	}
	if !r.Readable(channel) {
		return ErrNoHistory
	}
	return nil
}

// refresh asks Discord what the bot may do in a channel. The gateway tells it too, but later than the
// page that was empty because of it.
func (r *Reader) refresh(ctx context.Context, id snowflake.ID) error {
	for range refreshes {
		since := r.Directory.Told()
		c, err := r.Client.Channel(ctx, id)
		if err != nil {
			return err
		}
		channels := []discord.Channel{c}
		if c.IsThread() {
			parent, err := r.Client.Channel(ctx, c.Parent)
			if err != nil {
				return err
			}
			channels = append(channels, parent)
		}
		guild, err := r.Client.Guild(ctx, r.Guild)
		if err != nil {
			return err
		}
		me, err := r.Client.Member(ctx, r.Guild, r.Directory.Me())
		if err != nil {
			return err
		}
		if r.Directory.Refresh(since, guild, me, channels...) {
			return nil
		}
	}
	return ErrChanging
}

// Refused notes that Discord refuses a channel, unless the gateway has told something since it was asked:
// then it returns ErrChanging.
func (r *Reader) Refused(since uint64, channel snowflake.ID) error {
	if !r.Directory.Refused(since, channel) {
		return ErrChanging
	}
	return nil
}

// Shut reports whether a channel is known and can't be read: it is of no use to ask for its threads.
func (r *Reader) Shut(channel snowflake.ID) bool {
	_, known := r.Directory.Channel(channel)
	return known && !r.Readable(channel)
}
