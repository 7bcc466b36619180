package catchup

import (
	"context"
	"errors"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"tally/bot/discord"
	"tally/bot/gate"
	"tally/bot/history"
	"tally/bot/rest"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// span is a channel with the id after which it is to be read.
type span struct {
	discord.Channel
	after snowflake.ID
}

// read reads every channel in which the gaps can hide something, and returns those that could not be read,
// each with the id after which it was not.
func (c *Catchup) read(ctx context.Context, gaps []projections.Gap) (unread map[snowflake.ID]snowflake.ID, err error) {
	if err := c.listThreads(ctx, gaps); err != nil {
		return nil, err
	}
	unread = map[snowflake.ID]snowflake.ID{}
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(channelsAtOnce)
	for _, s := range c.spans(gaps) {
		if !c.Readable(s.ID) {
			id := s.ID
			if s.IsThread() && !c.Readable(s.Parent) {
				id = s.Parent
			}
			mu.Lock() // others are being read already
			if earlier, ok := unread[id]; !ok || s.after < earlier {
				unread[id] = s.after
			}
			mu.Unlock()
			continue
		}
		if !s.HoldsMessages() { // a forum: its posts are threads
			continue
		}
		group.Go(func() error {
			ok, err := c.readChannel(ctx, s)
			if err == nil && !ok {
				mu.Lock()
				defer mu.Unlock()
				unread[s.ID] = s.after
			}
			return err
		})
	}
	return unread, group.Wait()
}

// readChannel reports whether all could be read. A channel that is gone is.
func (c *Catchup) readChannel(ctx context.Context, s span) (bool, error) {
	since := c.Directory.Told()
	until := snowflake.At(c.Now().Add(margin))
	asked := c.Gate.Asking()
	err := c.Forward(ctx, s.ID, s.after, until, 0, func(page []discord.Message) error {
		err := c.Gate.PageAsked(ctx, asked, eventlog.Catchup, s.ID, page)
		if asked = c.Gate.Asking(); errors.Is(err, gate.ErrStale) {
			return history.ErrAgain
		}
		return err
	})
	switch {
	case errors.Is(err, rest.ErrUnknownChannel):
		return true, c.Gate.ChannelsDeleted(ctx, c.Directory.Remove(s.ID)...)
	case errors.Is(err, rest.ErrNoAccess):
		if err := c.Refused(since, s.ID); err != nil {
			return false, err
		}
	case !errors.Is(err, history.ErrNoHistory):
		return true, err
	}
	c.Log.Warn("what was missed in a channel can't be read for now", "channel", s.ID, "error", err)
	return false, nil
}

// spans returns the channels that the gaps are of and in which something may have been posted. For a gap of
// the whole guild the id of a channel's last message tells, as Discord gave it when the bot began to listen:
// that costs no request. That the log holds that very message proves nothing: smaller ids may have come
// later, and got lost. What Discord hides has no such id.
func (c *Catchup) spans(gaps []projections.Gap) []span {
	var spans []span
	for _, ch := range c.Directory.Channels() {
		after := noEnd
		for _, gap := range gaps {
			switch {
			case gap.Channel == 0 && (ch.LastMessage > gap.After || !ch.IsThread() && !c.hears(ch)),
				gap.Channel == ch.ID, gap.Channel == ch.Parent && ch.IsThread():
				after = min(after, gap.After)
			}
		}
		if after != noEnd && (ch.HoldsMessages() || ch.HoldsThreads()) {
			spans = append(spans, span{ch, max(after, 1)})
		}
	}
	return spans
}

// listThreads learns of threads that were archived meanwhile; the active ones are known. Within less than
// an hour none is archived by itself, and then only channels are asked in which something was posted.
func (c *Catchup) listThreads(ctx context.Context, gaps []projections.Gap) error {
	parents := slices.DeleteFunc(c.Directory.Channels(), func(ch discord.Channel) bool {
		return !slices.ContainsFunc(gaps, func(gap projections.Gap) bool {
			long := c.Now().Sub(gap.After.Time()) >= shortestArchive
			return gap.Channel == ch.ID || gap.Channel == 0 && (long || ch.LastMessage > gap.After)
		})
	})
	if err := c.ListArchived(ctx, parents); err != nil {
		return err
	}
	if slices.ContainsFunc(gaps, func(gap projections.Gap) bool { return gap.Channel != 0 }) {
		return c.ListActive(ctx) // Discord tells of them only some time after it let the bot in
	}
	return nil
}
