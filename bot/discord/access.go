package discord

import (
	"slices"

	"tally/eventlog/snowflake"
)

// GuildAccess is what Discord knows of one member when it decides what the member may do in a guild.
// It is a plain value: a change of a role, of the member or of the owner makes a new one.
type GuildAccess struct {
	Guild       snowflake.ID
	Owner       snowflake.ID
	Roles       []Role         // all roles of the guild, @everyone included
	Member      snowflake.ID   // the bot's own user id
	MemberRoles []snowflake.ID // without @everyone, as Discord lists them
}

// Base returns what the member may do in the guild, before the overwrites of any channel.
func (a GuildAccess) Base() Permissions {
	if a.Member == a.Owner && a.Owner != 0 {
		return AllPermissions
	}
	var p Permissions
	for _, r := range a.Roles {
		if r.ID == a.Guild || slices.Contains(a.MemberRoles, r.ID) {
			p |= r.Permissions
		}
	}
	if p.Has(Administrator) {
		return AllPermissions
	}
	return p
}

// For returns what the member may do in channel, in the order that Discord documents
// (https://discord.com/developers/docs/topics/permissions#permission-overwrites). parent is the channel
// of a thread, whose overwrites rule; it is ignored for all other channels, since categories don't
// cascade. Without the right to view nothing is left; in a voice channel without the right to connect
// only the right to view is. A hidden channel, or a thread of a hidden or unknown parent, gives none.
func (a GuildAccess) For(channel Channel, parent *Channel) Permissions {
	if channel.IsThread() {
		if parent == nil || channel.Hidden() {
			return 0
		}
		p := a.For(*parent, nil)
		if channel.Type == ChannelPrivateThread && channel.Member == nil && !p.Has(ManageThreads) {
			return 0
		}
		return p
	}
	if channel.Hidden() {
		return 0
	}
	p := a.Base()
	if p == AllPermissions {
		return p
	}
	p = a.overwrite(p, channel.Overwrites)
	switch {
	case !p.Has(ViewChannel):
		return 0
	case channel.IsVoice() && !p.Has(Connect):
		return ViewChannel
	}
	return p
}

// overwrite applies a channel's overwrites: @everyone, then all of the member's roles at once, then
// the member. Within each step what is allowed wins over what is denied.
func (a GuildAccess) overwrite(p Permissions, all []Overwrite) Permissions {
	var everyone, roles, member Overwrite
	for _, o := range all {
		var to *Overwrite
		switch {
		case o.Type == OverwriteRole && o.ID == a.Guild:
			to = &everyone
		case o.Type == OverwriteRole && slices.Contains(a.MemberRoles, o.ID):
			to = &roles
		case o.Type == OverwriteMember && o.ID == a.Member:
			to = &member
		default:
			continue
		}
		to.Allow |= o.Allow
		to.Deny |= o.Deny
	}
	for _, o := range []Overwrite{everyone, roles, member} {
		p = p&^o.Deny | o.Allow
	}
	return p
}

// Reason says why a channel's history can't be read. The zero Reason means that it can.
type Reason uint8

// Reasons, in the order in which they are looked for.
const (
	CanRead           Reason = iota
	CannotView               // the channel, the parent or the private thread is not visible
	CannotConnect            // a voice or stage channel without the right to connect
	CannotReadHistory        // visible, counted live, but Discord answers its history with an empty list
)

// String says the reason in words for a report.
func (r Reason) String() string {
	switch r {
	case CanRead:
		return "can be read"
	case CannotView:
		return "no permission to view the channel"
	case CannotConnect:
		return "no permission to connect to the voice channel"
	case CannotReadHistory:
		return "no permission to read the message history"
	}
	return "unknown reason"
}

// History says whether the member may read the history of channel, or list its threads, and if not why.
// parent is as in [GuildAccess.For]. It looks at permissions alone: see also [Channel.HoldsMessages].
func (a GuildAccess) History(channel Channel, parent *Channel) Reason {
	p := a.For(channel, parent)
	voice := channel.IsVoice()
	switch {
	case !p.Has(ViewChannel):
		return CannotView
	case voice && !p.Has(Connect):
		return CannotConnect
	case !p.Has(ReadMessageHistory):
		return CannotReadHistory
	}
	return CanRead
}
