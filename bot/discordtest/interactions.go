package discordtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"tally/eventlog/snowflake"
)

// Errors of [Server.Interact] and [Interaction.Press].
var (
	ErrUnknownCommand = errors.New("discordtest: no such command is registered")
	ErrNotAllowed     = errors.New("discordtest: the user may not use the command")
	ErrBadOption      = errors.New("discordtest: the option doesn't fit the command")
	ErrNoSession      = errors.New("discordtest: the bot has no session")
	ErrNoAnswer       = errors.New("discordtest: the application did not respond")
	ErrNoComponent    = errors.New("discordtest: no such component, or it is disabled")
)

const (
	answerWithin = 3 * time.Second  // the first answer
	tokenLife    = 15 * time.Minute // edits and follow-ups
)

// Command is a slash command that a user sends. Name may name a sub-command: "tally show". Option
// values: string, bool, any number, snowflake.ID for users, channels and roles.
type Command struct {
	Guild, Channel, User snowflake.ID
	Name                 string
	Options              map[string]any
}

// Interaction is a command, or a press of a button, on its way and after.
type Interaction struct {
	s       *Server
	id      snowflake.ID
	token   string
	kind    int // 2 command, 3 component
	ch      *channel
	user    snowflake.ID
	started time.Time
	source  *posted // of a component: the message that it is on

	mu        sync.Mutex
	callback  int // type of the first answer; 0: none yet
	choices   []byte
	original  *posted
	followups []*posted
}

// posted is a message that came of an interaction: in the history, or ephemeral and only here.
type posted struct {
	id      snowflake.ID
	ch      *channel
	private bool
	row     row // of a private one; ch.guild.mu guards both
	x       *extra
}

func (p *posted) reply() Reply {
	p.ch.guild.mu.RLock()
	defer p.ch.guild.mu.RUnlock()
	if p.private {
		return newReply(p.ch, p.row, p.x)
	}
	i, _ := p.ch.rows.findAny(p.id)
	r := p.ch.rows.list[i]
	return newReply(p.ch, r, p.ch.rows.extraOf(r))
}

// interactionTable finds interactions by token.
type interactionTable struct {
	mu   sync.Mutex
	all  map[string]*Interaction
	news news
}

func newInteractionTable() *interactionTable {
	return &interactionTable{all: map[string]*Interaction{}}
}

func (t *interactionTable) add(i *Interaction) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.all[i.token] = i
}

func (t *interactionTable) find(token string) *Interaction {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.all[token]
}

// Interact sends a slash command as a user and waits for the first answer, 3 s at most. An error
// wraps one of the package's, or is the context's.
func (s *Server) Interact(ctx context.Context, cmd Command) (*Interaction, error) {
	g := s.Guild(cmd.Guild)
	c, ok := s.channelOf(cmd.Channel)
	if g == nil || !ok || c.guild != g {
		return nil, fmt.Errorf("discordtest: guild %v has no channel %v", cmd.Guild, cmd.Channel)
	}
	i := s.newInteraction(2, c, cmd.User)
	g.mu.RLock()
	data, err := g.commandData(cmd)
	if err == nil {
		err = g.mayUse(cmd, c)
	}
	g.mu.RUnlock()
	if err != nil {
		return nil, fmt.Errorf("/%s: %w", cmd.Name, err)
	}
	return i, i.send(ctx, map[string]any{"data": data})
}

// mayUse checks default_member_permissions. g.mu is held.
func (g *Guild) mayUse(cmd Command, c *channel) error {
	known, _ := g.s.cmds.find(g.id, firstWord(cmd.Name))
	p := g.permissions(cmd.User, c)
	if p&PermViewChannel == 0 || g.members[cmd.User] == nil {
		return fmt.Errorf("%w: the channel isn't theirs to see", ErrNotAllowed)
	}
	allowed := func(role snowflake.ID) bool { return g.members[cmd.User].has(role) }
	if known.Permissions == nil || p&PermAdministrator != 0 || slices.ContainsFunc(g.commands[known.Name], allowed) {
		return nil
	}
	need, err := snowflake.Parse(*known.Permissions) // a set of bits, decimal like an id
	if err != nil {
		return err
	}
	if need == 0 || p&Permissions(need) != Permissions(need) {
		return fmt.Errorf("%w: it needs permissions %d", ErrNotAllowed, need)
	}
	return nil
}

func (s *Server) newInteraction(kind int, c *channel, user snowflake.ID) *Interaction {
	return &Interaction{s: s, id: s.mint.next(), token: s.mint.secret(), kind: kind, ch: c, user: user}
}

// send dispatches the interaction and waits for its answer.
func (i *Interaction) send(ctx context.Context, d map[string]any) error {
	g := i.ch.guild
	i.started = time.Now()
	i.s.inter.add(i)
	g.mu.Lock()
	i.describe(d)
	sent := false
	g.s.hub.publish(g, 0, "INTERACTION_CREATE", func(bool) []byte {
		sent = true
		return mustJSON(d)
	})
	g.mu.Unlock()
	if !sent {
		return ErrNoSession
	}
	timeout := time.NewTimer(answerWithin)
	defer timeout.Stop()
	for {
		again := i.s.inter.news.wait()
		if i.Callback() != 0 {
			return nil
		}
		select {
		case <-again:
		case <-timeout.C:
			return ErrNoAnswer
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// describe fills in what every interaction carries. g.mu is held.
func (i *Interaction) describe(d map[string]any) {
	g := i.ch.guild
	member := g.memberJSON(i.user)
	member["permissions"] = g.permissions(i.user, i.ch)
	for k, v := range map[string]any{
		"id": i.id, "application_id": i.s.bot, "type": i.kind, "token": i.token, "version": 1,
		"guild_id": g.id, "guild": map[string]any{"id": g.id, "locale": "en-US", "features": []string{}},
		"channel_id": i.ch.id, "channel": g.channelJSON(i.ch), "member": member,
		"app_permissions": i.ch.perms, "locale": "en-US", "guild_locale": "en-US", "context": 0,
		"authorizing_integration_owners": map[string]any{"0": g.id}, "entitlements": []int{},
		"entitlement_sku_ids": []int{}, "attachment_size_limit": i.s.opts.AttachmentLimit,
	} {
		d[k] = v
	}
}
