package discordtest

import (
	"encoding/json"
	"slices"
	"time"

	"tally/eventlog/snowflake"
)

// channelJSON is a channel or thread on the wire.
type channelJSON struct {
	ID           snowflake.ID    `json:"id"`
	Type         int             `json:"type"`
	GuildID      *snowflake.ID   `json:"guild_id,omitempty"`
	Name         *string         `json:"name"`
	Position     int             `json:"position"`
	ParentID     *snowflake.ID   `json:"parent_id"`
	Topic        *string         `json:"topic"`
	LastMessage  *snowflake.ID   `json:"last_message_id"`
	NSFW         bool            `json:"nsfw"`
	Slowmode     int             `json:"rate_limit_per_user"`
	Flags        int             `json:"flags"`
	Overwrites   []Overwrite     `json:"permission_overwrites"`
	Recipients   json.RawMessage `json:"recipients,omitempty"`
	OwnerID      *snowflake.ID   `json:"owner_id,omitempty"`
	Metadata     *threadJSON     `json:"thread_metadata,omitempty"`
	Messages     *int            `json:"message_count,omitempty"`
	Members      *int            `json:"member_count,omitempty"`
	Sent         *int            `json:"total_message_sent,omitempty"`
	NewlyCreated bool            `json:"newly_created,omitempty"`
}

type threadJSON struct {
	Archived    bool   `json:"archived"`
	AutoArchive int    `json:"auto_archive_duration"`
	Stamp       stamp  `json:"archive_timestamp"`
	Locked      bool   `json:"locked"`
	Created     *stamp `json:"create_timestamp,omitempty"`
}

type threadMemberJSON struct {
	ID     snowflake.ID `json:"id"`
	UserID snowflake.ID `json:"user_id"`
	Joined stamp        `json:"join_timestamp"`
	Flags  int          `json:"flags"`
}

// threadsDated is when Discord began to keep create_timestamp.
var threadsDated = time.Date(2022, 1, 9, 0, 0, 0, 0, time.UTC)

// channelJSON makes the wire form as the bot sees it, of copies: it is written out when g.mu is held no more.
func (g *Guild) channelJSON(c *channel) channelJSON {
	if !c.visible {
		return g.obfuscated(c)
	}
	j := channelJSON{
		ID: c.id, Type: c.kind, Name: new(c.name), Position: c.position,
		GuildID: idOrNull(g.id), ParentID: idOrNull(c.parent), LastMessage: idOrNull(max(c.rows.newest(), c.newestPost)),
		Overwrites: append([]Overwrite{}, c.overwrites...),
	}
	if g.id == 0 {
		j.Recipients = append(append([]byte{'['}, g.s.users.jsons()[g.s.users.author(c.recipient)]...), ']')
	}
	if t := c.thread; t != nil {
		j.OwnerID, j.Messages, j.Members, j.Sent = new(t.owner), new(c.rows.count()), new(len(t.members)), new(t.sent)
		j.Metadata = &threadJSON{Archived: t.archived, AutoArchive: 1440, Stamp: stamp(t.stamp), Locked: t.locked}
		if created := stamp(c.id.Time()); c.id.Time().After(threadsDated) {
			j.Metadata.Created = &created
		}
	}
	return j
}

// obfuscated is how the gateway shows a channel that the bot can't view (in force since 2026-11-16).
func (g *Guild) obfuscated(c *channel) channelJSON {
	hidden := "___hidden___"
	return channelJSON{
		ID: c.id, Type: c.kind, Name: &hidden, Position: c.position, GuildID: idOrNull(g.id), Flags: 1 << 17,
		Overwrites: []Overwrite{{ID: g.id, Deny: PermViewChannel}},
	}
}

func (g *Guild) threadMember(c *channel) threadMemberJSON {
	return threadMemberJSON{ID: c.id, UserID: g.s.bot, Joined: stamp(c.id.Time())}
}

// memberJSON is a member with its user. g.mu is held.
func (g *Guild) memberJSON(u snowflake.ID) map[string]any {
	m := g.members[u]
	return map[string]any{
		"user": json.RawMessage(g.s.users.jsons()[g.s.users.author(u)]), "roles": append([]snowflake.ID{}, m.roles...),
		"joined_at": stamp(m.joined), "nick": nil, "avatar": nil, "premium_since": nil,
		"deaf": false, "mute": false, "pending": false, "flags": 0,
	}
}

// guildJSON is what REST and GUILD_CREATE have in common. g.mu is held.
func (g *Guild) guildJSON() map[string]any {
	return map[string]any{
		"id": g.id, "name": g.name, "owner_id": g.owner, "roles": slices.Clone(g.roles), "icon": nil, "features": []string{},
		"emojis": []int{}, "stickers": []int{}, "preferred_locale": "en-US", "afk_timeout": 300,
		"verification_level": 1, "default_message_notifications": 1, "explicit_content_filter": 0, "mfa_level": 0,
		"system_channel_id": nil, "premium_tier": 0, "nsfw_level": 0, "region": "deprecated",
	}
}

// guildCreate is the body of GUILD_CREATE: of the members only the bot's own.
func (g *Guild) guildCreate() []byte {
	d := g.guildJSON()
	channels := []channelJSON{}
	for _, c := range g.order {
		if c.thread == nil {
			channels = append(channels, g.channelJSON(c))
		}
	}
	active := g.threadList(g.threads(func(c *channel) bool { return !c.thread.archived }))
	d["channels"], d["threads"] = channels, active["threads"]
	d["members"] = []any{g.memberJSON(g.s.bot)}
	d["member_count"], d["large"] = len(g.members), len(g.members) > 50
	d["joined_at"], d["unavailable"] = stamp(g.joined), false
	for _, key := range []string{"voice_states", "presences", "stage_instances", "guild_scheduled_events", "soundboard_sounds"} {
		d[key] = []int{}
	}
	return mustJSON(d)
}

// publishChannel sends a channel event in the form that the bot may see. g.mu is held.
func (g *Guild) publishChannel(t string, c *channel) {
	g.publish(IntentGuilds, t, g.channelJSON(c))
}
