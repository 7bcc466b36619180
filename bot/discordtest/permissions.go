package discordtest

import (
	"strconv"

	"tally/eventlog/snowflake"
)

// Permissions is a set of Discord's permission bits; in JSON a string of decimal digits.
type Permissions uint64

// The permissions that the emulator looks at.
const (
	PermAdministrator      Permissions = 1 << 3
	PermManageChannels     Permissions = 1 << 4
	PermManageGuild        Permissions = 1 << 5
	PermViewChannel        Permissions = 1 << 10
	PermSendMessages       Permissions = 1 << 11
	PermManageMessages     Permissions = 1 << 13
	PermEmbedLinks         Permissions = 1 << 14
	PermAttachFiles        Permissions = 1 << 15
	PermReadMessageHistory Permissions = 1 << 16
	PermConnect            Permissions = 1 << 20
	PermUseCommands        Permissions = 1 << 31
	PermManageThreads      Permissions = 1 << 34
	PermSendInThreads      Permissions = 1 << 38

	permAll Permissions = 1<<53 - 1
)

const (
	// DefaultPermissions are what @everyone has in a new guild.
	DefaultPermissions = PermViewChannel | PermSendMessages | PermEmbedLinks | PermAttachFiles |
		PermReadMessageHistory | PermConnect | PermUseCommands | PermSendInThreads
	// DefaultBotPermissions are what the bot's own role has in a new guild.
	DefaultBotPermissions = DefaultPermissions | PermManageThreads
)

// MarshalJSON writes the bits as Discord does.
func (p Permissions) MarshalJSON() ([]byte, error) {
	return strconv.AppendQuote(nil, strconv.FormatUint(uint64(p), 10)), nil
}

// Overwrite changes permissions in one channel. Deny comes before Allow.
type Overwrite struct {
	ID    snowflake.ID `json:"id"`   // a role, the guild (@everyone) or a member
	Type  int          `json:"type"` // 0 role, 1 member
	Allow Permissions  `json:"allow"`
	Deny  Permissions  `json:"deny"`
}

// role is a role of a guild; the one whose id is the guild's is @everyone.
type role struct {
	ID          snowflake.ID `json:"id"`
	Name        string       `json:"name"`
	Permissions Permissions  `json:"permissions"`
	Position    int          `json:"position"`
	Color       int          `json:"color"`
	Hoist       bool         `json:"hoist"`
	Managed     bool         `json:"managed"`
	Mentionable bool         `json:"mentionable"`
	Flags       int          `json:"flags"`
}

// base returns a user's permissions before overwrites. g.mu is held.
func (g *Guild) base(u snowflake.ID) Permissions {
	if u == g.owner {
		return permAll
	}
	m := g.members[u]
	if m == nil {
		return 0
	}
	p := g.role(g.id).Permissions
	for _, id := range m.roles {
		p |= g.role(id).Permissions
	}
	if p&PermAdministrator != 0 {
		return permAll
	}
	return p
}

// permissions returns what a user may do in a channel. g.mu is held. Without VIEW_CHANNEL that is
// nothing; in voice and stage channels without CONNECT only viewing is left.
func (g *Guild) permissions(u snowflake.ID, c *channel) Permissions {
	p := g.base(u)
	if p == permAll {
		return p
	}
	from := c
	if c.thread != nil {
		if from = g.channels[c.parent]; from == nil {
			return 0
		}
	}
	p = g.overwritten(p, u, from.overwrites)
	if p&PermViewChannel == 0 {
		return 0
	}
	if c.voice() && p&PermConnect == 0 {
		return PermViewChannel
	}
	if c.kind == PrivateThread && p&PermManageThreads == 0 && !c.thread.members[u] {
		return 0
	}
	return p
}

// overwritten applies overwrites in Discord's order: @everyone, all roles together, the member.
func (g *Guild) overwritten(p Permissions, u snowflake.ID, list []Overwrite) Permissions {
	var every, roles, own Overwrite
	for _, o := range list {
		switch {
		case o.Type == 1 && o.ID == u:
			own = o
		case o.Type == 0 && o.ID == g.id:
			every = o
		case o.Type == 0 && g.members[u].has(o.ID):
			roles.Allow |= o.Allow
			roles.Deny |= o.Deny
		}
	}
	for _, o := range []Overwrite{every, roles, own} {
		p = p&^o.Deny | o.Allow
	}
	return p
}

// readable says that messages can be read and seen at all: the channel can be viewed and, for
// voice, connected to.
func (c *channel) readable() bool {
	return c.perms&PermViewChannel != 0 && (!c.voice() || c.perms&PermConnect != 0)
}
