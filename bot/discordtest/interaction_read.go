package discordtest

import (
	"context"

	"tally/eventlog/snowflake"
)

// ID returns the interaction's id, whose time is when the user sent it.
func (i *Interaction) ID() snowflake.ID { return i.id }

// Token returns the token that authorises answers for 15 minutes.
func (i *Interaction) Token() string { return i.token }

// Callback returns the type of the first answer: 4 message, 5 deferred, 6 deferred update, 7
// update, 8 choices, 9 modal; 0 while there is none.
func (i *Interaction) Callback() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.callback
}

// Response returns the @original message as it is now. After a type 6 or 7 that is the message
// which the pressed component is on.
func (i *Interaction) Response() Reply {
	i.mu.Lock()
	p := i.original
	i.mu.Unlock()
	if p == nil {
		return Reply{}
	}
	return p.reply()
}

// Followups returns the follow-up messages as they are now, oldest first.
func (i *Interaction) Followups() (list []Reply) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, p := range i.followups {
		list = append(list, p.reply())
	}
	return list
}

// Wait waits until ok holds for the @original message, and returns it.
func (i *Interaction) Wait(ctx context.Context, ok func(Reply) bool) (Reply, error) {
	for {
		again := i.s.inter.news.wait()
		if r := i.Response(); r.ID != 0 && ok(r) {
			return r, nil
		}
		select {
		case <-again:
		case <-ctx.Done():
			return i.Response(), ctx.Err()
		}
	}
}

// Filled waits until the @original message is no longer "thinking…", and returns it.
func (i *Interaction) Filled(ctx context.Context) (Reply, error) {
	return i.Wait(ctx, func(r Reply) bool { return !r.Deferred() })
}

// Press presses a component of the interaction's messages, as the same user; values are those of a
// select. It waits for the first answer like [Server.Interact].
func (i *Interaction) Press(ctx context.Context, customID string, values ...string) (*Interaction, error) {
	i.mu.Lock()
	all := append([]*posted{}, i.followups...)
	if i.original != nil {
		all = append(all, i.original)
	}
	i.mu.Unlock()
	for _, p := range all {
		if c, ok := p.reply().Button(customID); ok && !c.Disabled {
			return i.s.press(ctx, p, i.user, c, values)
		}
	}
	return nil, ErrNoComponent
}

// Press presses a component of a message that the bot posted in a channel.
func (s *Server) Press(ctx context.Context, user, channel, message snowflake.ID, customID string, values ...string) (*Interaction, error) {
	p := &posted{id: message, ch: s.mustChannel(channel)}
	p.ch.guild.mu.RLock()
	_, there := p.ch.rows.find(message)
	p.ch.guild.mu.RUnlock()
	if !there {
		return nil, ErrNoComponent
	}
	c, ok := p.reply().Button(customID)
	if !ok || c.Disabled {
		return nil, ErrNoComponent
	}
	return s.press(ctx, p, user, c, values)
}

func (s *Server) press(ctx context.Context, p *posted, user snowflake.ID, c Component, values []string) (*Interaction, error) {
	i := s.newInteraction(3, p.ch, user)
	i.source = p
	d := map[string]any{"custom_id": c.CustomID, "component_type": c.Type, "id": 1}
	if c.Type != 2 {
		d["values"] = append([]string{}, values...)
	}
	return i, i.send(ctx, map[string]any{"data": d, "message": p.json()})
}
