package discordtest

import (
	"slices"
	"sync"
	"time"

	"tally/eventlog/snowflake"
)

// Guild is a Discord server. Its methods may be called at any time from any goroutine; what they
// change, connected sessions are told.
type Guild struct {
	s     *Server
	id    snowflake.ID
	owner snowflake.ID

	// mu is held while an event is queued, so that events leave in the order of the changes.
	mu       sync.RWMutex
	name     string
	roles    []*role // @everyone first
	members  map[snowflake.ID]*member
	channels map[snowflake.ID]*channel
	order    []*channel
	botRole  snowflake.ID
	commands map[string][]snowflake.ID // roles that Server Settings → Integrations let give a command
	joined   time.Time
	gone     bool // the bot was removed
	outage   bool
}

type member struct {
	roles  []snowflake.ID
	joined time.Time
}

func (m *member) has(role snowflake.ID) bool { return m != nil && slices.Contains(m.roles, role) }

// AddGuild makes a guild with a generated owner and the bot as a member, and sends GUILD_CREATE.
func (s *Server) AddGuild(name string) *Guild {
	g := s.newGuild(s.mint.next(), name)
	g.publishGuild()
	return g
}

// newGuild makes a guild that sessions don't know yet; publishGuild tells them.
func (s *Server) newGuild(id snowflake.ID, name string) *Guild {
	g := &Guild{
		s: s, id: id, name: name, owner: s.mint.next(), botRole: s.mint.next(), joined: s.Now(),
		members: map[snowflake.ID]*member{}, channels: map[snowflake.ID]*channel{},
	}
	g.roles = []*role{
		{ID: id, Name: "@everyone", Permissions: DefaultPermissions},
		{ID: g.botRole, Name: "tally", Permissions: DefaultBotPermissions, Position: 1, Managed: true},
	}
	s.users.add(user{id: g.owner, name: "owner of " + name})
	g.members[g.owner] = &member{joined: g.joined}
	g.members[s.bot] = &member{joined: g.joined, roles: []snowflake.ID{g.botRole}}
	s.mu.Lock()
	s.guilds = append(s.guilds, g)
	s.mu.Unlock()
	return g
}

// ID returns the guild's id, which is also the id of its @everyone role.
func (g *Guild) ID() snowflake.ID { return g.id }

// Owner returns the id of the user who owns the guild.
func (g *Guild) Owner() snowflake.ID { return g.owner }

// AddUser makes a member.
func (g *Guild) AddUser(name string, bot bool) snowflake.ID {
	id := g.s.mint.next()
	g.join(user{id: id, name: name, bot: bot})
	return id
}

// JoinUser makes a user of another guild a member of this one too.
func (g *Guild) JoinUser(id snowflake.ID) { g.join(g.s.users.get(g.s.users.author(id))) }

func (g *Guild) join(u user) uint32 {
	n := g.s.users.add(u)
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.members[u.id] == nil {
		g.members[u.id] = &member{joined: g.s.Now()}
	}
	return n
}

// RemoveUser makes a user no member any more; what they wrote stays.
func (g *Guild) RemoveUser(id snowflake.ID) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.members, id)
}

// AddWebhook makes a webhook, to be named in [Message.Webhook].
func (g *Guild) AddWebhook(name string) snowflake.ID {
	id := g.s.mint.next()
	g.s.users.add(user{id: id, name: name, webhook: true})
	return id
}

// AddRole makes a role that nobody has yet and sends GUILD_ROLE_CREATE.
func (g *Guild) AddRole(name string, p Permissions) snowflake.ID {
	r := &role{ID: g.s.mint.next(), Name: name, Permissions: p}
	g.mu.Lock()
	defer g.mu.Unlock()
	r.Position = len(g.roles)
	g.roles = append(g.roles, r)
	g.publish(IntentGuilds, "GUILD_ROLE_CREATE", map[string]any{"guild_id": g.id, "role": r})
	return r.ID
}

// GiveRole gives a member a role. For the bot GUILD_MEMBER_UPDATE is sent.
func (g *Guild) GiveRole(u, role snowflake.ID) {
	g.mu.Lock()
	defer g.mu.Unlock()
	m := g.members[u]
	if m == nil || m.has(role) {
		return
	}
	m.roles = append(slices.Clip(m.roles), role)
	g.publishMember(u)
	g.refresh()
}

// TakeRole is the reverse of GiveRole.
func (g *Guild) TakeRole(u, role snowflake.ID) {
	g.mu.Lock()
	defer g.mu.Unlock()
	m := g.members[u]
	if !m.has(role) {
		return
	}
	m.roles = slices.DeleteFunc(slices.Clone(m.roles), func(r snowflake.ID) bool { return r == role })
	g.publishMember(u)
	g.refresh()
}

// publishMember sends the bot's own member; other members' need an intent that nobody here asks for.
func (g *Guild) publishMember(u snowflake.ID) {
	if u == g.s.bot {
		d := g.memberJSON(u)
		d["guild_id"] = g.id
		g.publish(0, "GUILD_MEMBER_UPDATE", d)
	}
}

// SetRolePermissions changes a role (the guild's id: @everyone) and sends GUILD_ROLE_UPDATE.
func (g *Guild) SetRolePermissions(role snowflake.ID, p Permissions) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.setRole(role, p)
	g.refresh()
}

// SetBotPermissions makes p the bot's permissions before overwrites: its own role gets them, and
// @everyone loses what is not among them.
func (g *Guild) SetBotPermissions(p Permissions) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.setRole(g.id, g.role(g.id).Permissions&p)
	g.setRole(g.botRole, p)
	g.refresh()
}

// SetUserPermissions gives a member a role of their own with p, on top of @everyone's.
func (g *Guild) SetUserPermissions(u snowflake.ID, p Permissions) {
	g.GiveRole(u, g.AddRole("permissions of "+u.String(), p))
}

func (g *Guild) setRole(id snowflake.ID, p Permissions) {
	r := g.role(id)
	if r.Permissions != p {
		r.Permissions = p
		g.publish(IntentGuilds, "GUILD_ROLE_UPDATE", map[string]any{"guild_id": g.id, "role": r})
	}
}

// role returns a role, one without permissions if there is none. g.mu is held.
func (g *Guild) role(id snowflake.ID) *role {
	for _, r := range g.roles {
		if r.ID == id {
			return r
		}
	}
	return &role{}
}

// BotPermissions returns what the bot may do in a channel.
func (g *Guild) BotPermissions(channel snowflake.ID) Permissions {
	g.mu.RLock()
	defer g.mu.RUnlock()
	c := g.channels[channel]
	if c == nil {
		return 0
	}
	return c.perms
}
