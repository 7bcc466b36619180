package history

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"tally/bot/discord"
	"tally/bot/rest"
)

// listsAtOnce is how many lists of threads are asked for at the same time.
const listsAtOnce = 16

// List returns every channel and thread of the guild that holds messages or threads, also those that the
// bot may not read, by id. A thread may move between the lists of archived and of active ones meanwhile: one
// that is opened is among the active ones, which are listed last, and one that is archived was active,
// so the gateway has named it and the directory has it. begin, if not nil, is given the channels as soon as
// they are known, before the threads are listed.
func (r *Reader) List(ctx context.Context, begin func([]discord.Channel)) ([]discord.Channel, error) {
	since := r.Directory.Told()
	channels, err := r.Client.Channels(ctx, r.Guild)
	if err != nil {
		return nil, err
	}
	r.Directory.Learn(since, channels...)
	if begin != nil {
		begin(r.holding(func(c discord.Channel) bool { return !c.IsThread() }))
	}
	if err := r.ListArchived(ctx, channels); err != nil {
		return nil, err
	}
	if err := r.ListActive(ctx); err != nil {
		return nil, err
	}
	return r.holding(func(discord.Channel) bool { return true }), nil
}

// holding returns the channels and threads that hold messages or threads, and are wanted.
func (r *Reader) holding(wanted func(discord.Channel) bool) []discord.Channel {
	return slices.DeleteFunc(r.Directory.Channels(), func(c discord.Channel) bool {
		return !c.HoldsMessages() && !c.HoldsThreads() || !wanted(c)
	})
}

// ListActive adds the threads that are not archived to the directory.
func (r *Reader) ListActive(ctx context.Context) error {
	since := r.Directory.Told()
	active, err := r.Client.ActiveThreads(ctx, r.Guild)
	if err == nil {
		r.Directory.Learn(since, active...)
	}
	return err
}

// ListArchived adds the archived threads of channels to the directory, as far as the bot may read them.
func (r *Reader) ListArchived(ctx context.Context, channels []discord.Channel) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(listsAtOnce)
	for _, c := range channels {
		for _, archive := range r.archivesOf(c) {
			group.Go(func() error {
				since := r.Directory.Told()
				threads, err := r.Client.ArchivedThreads(ctx, c.ID, archive)
				if errors.Is(err, rest.ErrNoAccess) || errors.Is(err, rest.ErrUnknownChannel) {
					r.Log.Info("the channel's archived threads can't be listed", "channel", c.ID, "error", err)
					return nil
				}
				if err != nil {
					return fmt.Errorf("#%s (%s): %w", c.Name, c.ID, err)
				}
				discord.SetGuild(threads, r.Guild)
				r.Directory.Learn(since, threads...)
				return nil
			})
		}
	}
	return group.Wait()
}

// archivesOf returns the lists of archived threads that a channel has and that the bot may read.
func (r *Reader) archivesOf(c discord.Channel) []rest.Archive {
	if !c.HoldsThreads() || r.Directory.History(c) != discord.CanRead {
		return nil
	}
	switch {
	case !c.HoldsPrivateThreads():
		return []rest.Archive{rest.Public}
	case r.Directory.Permissions(c).Has(discord.ManageThreads):
		return []rest.Archive{rest.Public, rest.Private}
	}
	return []rest.Archive{rest.Public, rest.JoinedPrivate}
}
