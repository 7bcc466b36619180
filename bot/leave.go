package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"tally/bot/worker"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// leavers erases the data of guilds that the bot was removed from, when the operator's time is over, and finishes what
// was begun of other erasures.
type leavers struct {
	*worker.Worker
	bot   *Bot
	since map[snowflake.ID]time.Time // of guilds that are not open: when they were left. The worker's
}

// leaveRest is how long the worker waits at the start, which has more urgent things to do.
const leaveRest = time.Minute

func (b *Bot) startLeavers() {
	b.leavers = &leavers{bot: b, since: map[snowflake.ID]time.Time{}}
	b.leavers.Worker = worker.Start(b.log, "erasing the data of servers that I was removed from", leaveRest, b.leavers.run)
}

// takeReady keeps which guilds the bot is in.
func (b *Bot) takeReady(data json.RawMessage) error {
	var ready struct {
		Guilds []struct {
			ID snowflake.ID `json:"id"`
		} `json:"guilds"`
	}
	if err := json.Unmarshal(data, &ready); err != nil {
		return fmt.Errorf("read which servers I am in: %w", err)
	}
	b.mu.Lock()
	b.member = map[snowflake.ID]bool{}
	for _, g := range ready.Guilds {
		b.member[g.ID] = true
	}
	b.mu.Unlock()
	b.leavers.Wake()
	return nil
}

// join notes whether the bot is in a guild.
func (b *Bot) join(id snowflake.ID, in bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.member != nil {
		b.member[id] = in
	}
}

// left reports whether Discord has said that the bot is not in a guild.
func (b *Bot) left(id snowflake.ID) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.member != nil && !b.member[id]
}

// inRoute has the router do something between two events: so nothing of the guild comes meanwhile.
func (b *Bot) inRoute(ctx context.Context, do func() error) error {
	done := make(chan error, 1)
	select {
	case b.between <- func() { done <- do() }:
		return <-done
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (l *leavers) run(ctx context.Context) error {
	guilds, err := l.bot.opt.Log.Guilds()
	if err != nil {
		return err
	}
	now, known := l.bot.transport.Now()
	if !known { // Discord's clock alone decides
		return worker.ErrLater
	}
	for _, id := range guilds {
		if !l.bot.left(id) {
			delete(l.since, id)
			continue
		}
		at, err := l.at(ctx, id, now)
		if err != nil {
			return err
		}
		if days := l.bot.opt.EraseAfter; days > 0 && now.Sub(at) >= time.Duration(days)*24*time.Hour {
			if err := l.erase(ctx, id, at); err != nil {
				return err
			}
		}
	}
	return l.bot.opt.Log.Sweep(ctx)
}

// at returns when the bot was removed from a guild, and notes that if it is new.
func (l *leavers) at(ctx context.Context, id snowflake.ID, now time.Time) (at time.Time, err error) {
	if g := l.bot.opened(id); g != nil {
		g.Gate.View(func(state *projections.Guild) { at = state.Left() })
	} else if at = l.since[id]; at.IsZero() {
		state, err := projections.Load(l.bot.opt.Log, id)
		if err != nil {
			return at, err
		}
		at = state.Left()
	}
	if at.IsZero() {
		at = now
		err = l.bot.inRoute(ctx, func() error { return l.bot.noteLeft(ctx, id, at) })
	}
	l.since[id] = at
	return at, err
}

// noteLeft notes that the bot is in a guild no more, unless it is again by now. The router calls it.
func (b *Bot) noteLeft(ctx context.Context, id snowflake.ID, at time.Time) error {
	if !b.left(id) {
		return nil
	}
	b.log.Warn("the bot was removed from the server", "guild", id, "data_is_kept_for_days", b.opt.EraseAfter)
	event := eventlog.GuildLeft{At: at.UTC().Truncate(time.Millisecond)}
	if g := b.opened(id); g != nil {
		return g.Gate.Tell(ctx, func(state *projections.Guild) []eventlog.Body {
			if !state.Left().IsZero() {
				return nil
			}
			return []eventlog.Body{event}
		})
	}
	_, err := b.opt.Log.Append(id, []eventlog.Body{event}) // nobody else writes for it
	return err
}

// erase erases all that is known of a guild, unless the bot is in it again.
func (l *leavers) erase(ctx context.Context, id snowflake.ID, at time.Time) error {
	b := l.bot
	var g *guild
	closing := make(chan struct{})
	if err := b.inRoute(ctx, func() error {
		if !b.left(id) {
			return worker.ErrLater
		}
		b.mu.Lock()
		defer b.mu.Unlock()
		g = b.guilds[id]
		delete(b.guilds, id)
		b.closing[id] = closing
		return nil
	}); err != nil {
		return err
	}
	defer func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.closing, id)
		close(closing)
	}()
	if g != nil {
		g.close()
	}
	if err := projections.RemoveSnapshot(b.opt.Log.Dir(), id); err != nil {
		return err
	}
	if err := b.opt.Log.EraseGuild(id); err != nil {
		return err
	}
	delete(l.since, id)
	b.log.Info("the data of a server that the bot was removed from is erased", "guild", id, "removed", at)
	return nil
}

// opened returns a guild whose gate is open, or nil.
func (b *Bot) opened(id snowflake.ID) *guild {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.guilds[id]
}
