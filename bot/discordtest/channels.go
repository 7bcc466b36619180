package discordtest

import (
	"slices"

	"tally/eventlog/snowflake"
)

// Channel types.
const (
	TextChannel         = 0
	DirectChannel       = 1
	VoiceChannel        = 2
	Category            = 4
	AnnouncementChannel = 5
	AnnouncementThread  = 10
	PublicThread        = 11
	PrivateThread       = 12
	StageChannel        = 13
	ForumChannel        = 15
	MediaChannel        = 16
)

// ChannelSpec describes a channel to be made.
type ChannelSpec struct {
	Name       string
	Type       int          // default: text
	Parent     snowflake.ID // its category
	Overwrites []Overwrite
	ID         snowflake.ID // default: a new one
}

// channel is a channel, a thread or a DM. guild.mu guards it.
type channel struct {
	guild      *Guild
	id, parent snowflake.ID
	kind       int
	name       string
	position   int
	overwrites []Overwrite
	perms      Permissions // the bot's, kept right by Guild.refresh
	visible    bool        // the bot is shown it: perms, or for a category a visible child
	thread     *thread
	rows       rowList
	newestPost snowflake.ID // of a forum or media channel: what last_message_id holds
	recipient  snowflake.ID // of a DM
}

func (c *channel) voice() bool { return c.kind == VoiceChannel || c.kind == StageChannel }

// holds says whether the channel has messages of its own.
func (c *channel) holds() bool {
	switch c.kind {
	case Category, ForumChannel, MediaChannel, 14:
		return false
	}
	return true
}

// AddChannel makes a channel and sends CHANNEL_CREATE.
func (g *Guild) AddChannel(spec ChannelSpec) snowflake.ID {
	if spec.ID == 0 {
		spec.ID = g.s.mint.next()
	}
	c := &channel{
		guild: g, id: spec.ID, parent: spec.Parent, kind: spec.Type, name: spec.Name,
		overwrites: slices.Clone(spec.Overwrites),
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.insert(c)
	g.publishChannel("CHANNEL_CREATE", c)
	return c.id
}

// insert puts a channel or thread into the world. g.mu is held.
func (g *Guild) insert(c *channel) {
	c.position = len(g.order)
	if g.channels[c.id] != nil {
		panic("discordtest: channel " + c.id.String() + " is there already")
	}
	g.channels[c.id] = c
	g.order = append(g.order, c)
	if parent := g.channels[c.parent]; parent != nil && c.thread != nil && !parent.holds() {
		parent.newestPost = max(parent.newestPost, c.id)
	}
	g.s.mu.Lock()
	g.s.channels[c.id] = c
	g.s.mu.Unlock()
	if g.id == 0 {
		c.perms, c.visible = permAll, true
		return
	}
	c.perms = g.permissions(g.s.bot, c)
	c.visible = c.perms&PermViewChannel != 0
	if parent := g.channels[c.parent]; parent != nil && c.visible && !parent.visible && c.thread == nil {
		parent.visible = true
		g.publishChannel("CHANNEL_UPDATE", parent)
	}
}

// AddDM makes a direct channel between the bot and a user.
func (s *Server) AddDM(user snowflake.ID) snowflake.ID {
	c := &channel{guild: s.dms, id: s.mint.next(), kind: DirectChannel, recipient: user}
	s.users.author(user)
	s.dms.mu.Lock()
	defer s.dms.mu.Unlock()
	s.dms.insert(c)
	return c.id
}

// DeleteChannel takes away a channel with its threads, or a thread, and sends CHANNEL_DELETE or
// THREAD_DELETE, no MESSAGE_DELETE. The children of a category stay and lose their parent.
func (g *Guild) DeleteChannel(id snowflake.ID) {
	g.mu.Lock()
	defer g.mu.Unlock()
	c := g.channels[id]
	if c == nil {
		return
	}
	for _, child := range slices.Clone(g.order) {
		if child.parent != id {
			continue
		}
		if child.thread != nil {
			g.drop(child)
			continue
		}
		child.parent = 0
		g.publishChannel("CHANNEL_UPDATE", child)
	}
	g.drop(c)
	if c.thread == nil {
		g.publishChannel("CHANNEL_DELETE", c)
	} else if c.visible {
		g.publish(IntentGuilds, "THREAD_DELETE", map[string]any{
			"id": c.id, "guild_id": g.id, "parent_id": c.parent, "type": c.kind,
		})
	}
}

func (g *Guild) drop(c *channel) {
	delete(g.channels, c.id)
	g.order = slices.DeleteFunc(g.order, func(o *channel) bool { return o == c })
	g.s.mu.Lock()
	delete(g.s.channels, c.id)
	g.s.mu.Unlock()
}

// SetOverwrite sets a role's or member's overwrite in a channel (an empty one takes it away) and
// sends CHANNEL_UPDATE.
func (g *Guild) SetOverwrite(channel snowflake.ID, o Overwrite) {
	g.mu.Lock()
	defer g.mu.Unlock()
	c := g.channels[channel]
	if c == nil {
		panic("discordtest: no channel " + channel.String())
	}
	list := slices.DeleteFunc(slices.Clone(c.overwrites), func(x Overwrite) bool {
		return x.ID == o.ID && x.Type == o.Type
	})
	if o.Allow|o.Deny != 0 {
		list = append(list, o)
	}
	c.overwrites = list
	was := c.visible
	g.refresh()
	if was && c.visible {
		g.publishChannel("CHANNEL_UPDATE", c)
	}
}

// DenyBot takes permissions away from the bot in one channel, by a member overwrite.
func (g *Guild) DenyBot(channel snowflake.ID, p Permissions) {
	g.SetOverwrite(channel, Overwrite{ID: g.s.bot, Type: 1, Deny: p})
}

// AllowBot gives permissions to the bot in one channel, by a member overwrite, whatever DenyBot said.
func (g *Guild) AllowBot(channel snowflake.ID, p Permissions) {
	g.SetOverwrite(channel, Overwrite{ID: g.s.bot, Type: 1, Allow: p})
}

// refresh works out the bot's permissions anew and tells which channels it gained or lost:
// CHANNEL_UPDATE, with all data or obfuscated, and THREAD_LIST_SYNC for what was gained. g.mu is held.
func (g *Guild) refresh() {
	var gained []snowflake.ID
	for _, c := range g.refreshQuiet() {
		if c.thread != nil {
			continue // the parent's THREAD_LIST_SYNC has it; losing a thread is not told
		}
		g.publishChannel("CHANNEL_UPDATE", c)
		if c.visible {
			gained = append(gained, c.id)
		}
	}
	if len(gained) > 0 {
		g.publish(IntentGuilds, "THREAD_LIST_SYNC", g.threadSync(gained))
	}
}

// refreshQuiet is refresh without telling; it returns the channels that changed hands.
func (g *Guild) refreshQuiet() (changed []*channel) {
	was := make(map[*channel]bool, len(g.order))
	for _, c := range g.order {
		was[c] = c.visible
		c.perms = g.permissions(g.s.bot, c)
		c.visible = c.perms&PermViewChannel != 0
	}
	for _, c := range g.order {
		if p := g.channels[c.parent]; p != nil && c.visible && c.thread == nil {
			p.visible = true
		}
	}
	for _, c := range g.order {
		if c.visible != was[c] {
			changed = append(changed, c)
		}
	}
	return changed
}

// Channels returns the ids of the guild's channels and threads, in the order they were made.
func (g *Guild) Channels() []snowflake.ID {
	g.mu.RLock()
	defer g.mu.RUnlock()
	ids := make([]snowflake.ID, len(g.order))
	for i, c := range g.order {
		ids[i] = c.id
	}
	return ids
}
