package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tally/bot/discord"
	"tally/bot/session"
	"tally/eventlog/snowflake"
)

// route takes the gateway's events one by one, in their order, and gives each to the guild it is about.
// It only hands on: a guild's writer and the answers to commands work by themselves. When ctx ends it
// takes what has come by then.
func (b *Bot) route(ctx context.Context) {
	beat, stop := b.beat()
	defer stop()
	for {
		select {
		case e := <-b.events:
			b.tryTake(ctx, e)
			continue
		case <-beat:
			b.opt.Alive()
			continue
		case do := <-b.between:
			do()
			continue
		case <-ctx.Done():
		}
		for {
			select {
			case e := <-b.events:
				b.tryTake(context.WithoutCancel(ctx), e)
			default:
				return
			}
		}
	}
}

// beat says when to tell that events are routed; never, if nobody wants to know.
func (b *Bot) beat() (beat <-chan time.Time, stop func()) {
	if b.opt.Alive == nil || b.opt.AliveEvery <= 0 {
		return nil, func() {}
	}
	t := time.NewTicker(b.opt.AliveEvery)
	return t.C, t.Stop
}

func (b *Bot) tryTake(ctx context.Context, e session.Event) {
	if err := b.take(ctx, e); err != nil && !errors.Is(err, errBroken) && ctx.Err() == nil {
		b.log.Error("a gateway event was not taken", "type", e.Type, "error", err)
	}
}

// placed is where an event belongs: the fields that all events of a guild have in common.
type placed struct {
	Guild   snowflake.ID   `json:"guild_id"`
	Channel snowflake.ID   `json:"channel_id"`
	ID      snowflake.ID   `json:"id"`
	IDs     []snowflake.ID `json:"ids"`
}

func (b *Bot) take(ctx context.Context, e session.Event) error {
	switch e.Type {
	case "MESSAGE_CREATE":
		return b.takeMessage(ctx, e.Data)
	case "MESSAGE_DELETE", "MESSAGE_DELETE_BULK":
		return b.takeDelete(ctx, e.Data)
	case "GUILD_CREATE":
		return b.takeGuild(ctx, e.Data)
	case "GUILD_DELETE":
		return b.takeGuildDelete(ctx, e.Data)
	case "INTERACTION_CREATE":
		b.answers.Go(func() { b.router.Handle(ctx, e.Data) })
		return nil
	case session.Acknowledged:
		return b.markCovered()
	case session.Disconnected:
		b.connected.Store(false)
		return nil
	case "READY":
		b.connected.Store(true)
		b.log.Info("connected to the gateway")
		if b.opt.Ready != nil {
			b.ready.Do(b.opt.Ready)
		}
		b.each(func(g *guild) { g.heard = false })
		return b.takeReady(e.Data)
	case "RESUMED":
		b.connected.Store(true)
		b.log.Info("the gateway connection was resumed")
		return nil
	}
	return b.takeOther(ctx, e)
}

func (b *Bot) takeMessage(ctx context.Context, data json.RawMessage) error {
	m, err := discord.DecodeMessage(data)
	if err != nil || m.Guild == 0 { // direct messages are none of Tally's business
		return err
	}
	g, err := b.openGuild(m.Guild)
	if err != nil {
		return err
	}
	if g.Directory.StarterCopy(m) {
		m.Type = discord.TypeThreadStarter
	}
	g.Members.Wrote(m.Author)
	return g.Gate.Live(ctx, m)
}

func (b *Bot) takeDelete(ctx context.Context, data json.RawMessage) error {
	var e placed
	if err := json.Unmarshal(data, &e); err != nil || e.Guild == 0 {
		return err
	}
	g, err := b.openGuild(e.Guild)
	if err != nil {
		return err
	}
	if e.ID != 0 {
		e.IDs = append(e.IDs, e.ID)
	}
	return g.Gate.Deleted(ctx, e.Channel, e.IDs...)
}

// takeGuild fills the guild's directory. What was missed until now is read, and an import that a restart
// interrupted goes on.
func (b *Bot) takeGuild(ctx context.Context, data json.RawMessage) error {
	var whole discord.Guild
	if err := json.Unmarshal(data, &whole); err != nil || whole.Unavailable {
		return err
	}
	b.join(whole.ID, true)
	b.tryAnew(whole.ID)
	g, err := b.openGuild(whole.ID)
	if err != nil {
		return err
	}
	g.Directory.Reset(whole)
	if err := g.Settings.Follow(ctx); err != nil {
		return err
	}
	if err := g.catchup.Open(ctx); err != nil {
		return err
	}
	g.heard = true
	b.takeCommands(ctx, g)
	g.missed.Wake()
	b.log.Info("the server is here", "guild", whole.ID, "name", whole.Name, "channels", len(whole.Channels))
	g.Job.Resume()
	b.answers.Go(func() { g.Job.TellEnd(ctx) })
	b.readNew(ctx, g)
	return nil
}

// takeCommands lets a guild answer as soon as its count knows what was missed: answers tell of that.
func (b *Bot) takeCommands(ctx context.Context, g *guild) {
	b.answers.Go(func() {
		if g.Gate.Flush(ctx) != nil {
			return
		}
		b.mu.Lock()
		defer b.mu.Unlock()
		g.asked = true
	})
}

// readNew lets an import read what the bot was let into, beside the routing.
func (b *Bot) readNew(ctx context.Context, g *guild) {
	b.answers.Go(func() {
		if err := g.Job.ReadNew(ctx); err != nil && ctx.Err() == nil {
			b.log.Warn("channels that opened are not read for now", "guild", g.Guild, "error", err)
		}
	})
}

// markCovered notes how far each guild is covered, now that the gateway has answered a heartbeat: so all
// that it sent before has come. A newer message alone would be no proof.
func (b *Bot) markCovered() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	marks := map[snowflake.ID]snowflake.ID{}
	for id, g := range b.guilds {
		if mark, ok := g.catchup.Mark(); ok && g.heard && mark > g.covered {
			marks[id], g.covered = mark, mark
		}
	}
	if len(marks) == 0 {
		return nil
	}
	return b.opt.Log.SetCovered(marks)
}

func (b *Bot) takeGuildDelete(ctx context.Context, data json.RawMessage) error {
	var e struct {
		ID          snowflake.ID `json:"id"`
		Unavailable bool         `json:"unavailable"`
	}
	if err := json.Unmarshal(data, &e); err != nil {
		return err
	}
	b.mu.Lock()
	if g, ok := b.guilds[e.ID]; ok {
		g.heard = false
	}
	b.mu.Unlock()
	if e.Unavailable {
		b.log.Warn("the server is unavailable for now: an outage at Discord", "guild", e.ID)
		return nil
	}
	b.join(e.ID, false)
	defer b.leavers.look()
	if b.opened(e.ID) == nil {
		return nil
	}
	return b.noteLeft(ctx, e.ID, b.now())
}

// takeOther keeps the directory of a guild current, and notes channels that are gone.
func (b *Bot) takeOther(ctx context.Context, e session.Event) error {
	var at placed
	if err := json.Unmarshal(e.Data, &at); err != nil {
		return nil // events of kinds that are of no interest may have any form
	}
	if e.Type == "GUILD_UPDATE" {
		at.Guild = at.ID
	}
	b.mu.Lock()
	g, ok := b.guilds[at.Guild]
	b.mu.Unlock()
	if !ok {
		return nil
	}
	gone, err := g.Directory.Handle(e.Type, e.Data)
	if err != nil {
		return err
	}
	switch e.Type {
	case "CHANNEL_CREATE", "CHANNEL_UPDATE", "CHANNEL_DELETE", "THREAD_CREATE", "THREAD_UPDATE", "THREAD_LIST_SYNC":
		if err := g.Settings.Follow(ctx); err != nil {
			return fmt.Errorf("keep up with the settings: %w", err)
		}
	}
	switch e.Type {
	case "CHANNEL_CREATE", "CHANNEL_UPDATE", "THREAD_CREATE", "THREAD_LIST_SYNC",
		"GUILD_UPDATE", "GUILD_ROLE_UPDATE", "GUILD_ROLE_DELETE", "GUILD_MEMBER_UPDATE":
		if err := g.catchup.Access(ctx); err != nil {
			return err
		}
		g.missed.Wake()
		b.readNew(ctx, g)
	}
	if len(gone) == 0 {
		return nil
	}
	if err := g.Gate.ChannelsDeleted(ctx, gone...); err != nil {
		return fmt.Errorf("note deleted channels: %w", err)
	}
	return nil
}
