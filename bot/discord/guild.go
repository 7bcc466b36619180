package discord

import (
	"encoding/json"

	"tally/eventlog/snowflake"
)

// User is an account: the bot itself, or whom a command names.
type User struct {
	ID   snowflake.ID `json:"id"`
	Name string       `json:"username"`
	Bot  bool         `json:"bot"`
}

// Member is one user's place in a guild.
type Member struct {
	User  snowflake.ID   // 0 in MESSAGE_CREATE, which leaves the user out
	Roles []snowflake.ID // without @everyone
}

// UnmarshalJSON reads a member object: the user's id lies one level deeper.
func (m *Member) UnmarshalJSON(b []byte) error {
	var wire struct {
		User struct {
			ID snowflake.ID `json:"id"`
		} `json:"user"`
		Roles []snowflake.ID `json:"roles"`
	}
	if err := json.Unmarshal(b, &wire); err != nil {
		return err
	}
	*m = Member{User: wire.User.ID, Roles: wire.Roles}
	return nil
}

// Guild is the payload of GUILD_CREATE and GUILD_DELETE, and what REST says of a guild (without
// members, channels and threads). In GUILD_DELETE, Unavailable tells an outage from a removal.
type Guild struct {
	ID          snowflake.ID `json:"id"`
	Name        string       `json:"name"`
	OwnerID     snowflake.ID `json:"owner_id"`
	Roles       []Role       `json:"roles"`
	Members     []Member     `json:"members"` // some; the bot itself is always among them
	Channels    []Channel    `json:"channels"`
	Threads     []Channel    `json:"threads"` // active ones that the bot may see
	Unavailable bool         `json:"unavailable"`
}

// UnmarshalJSON reads a guild and gives its id to the channels and threads that came without one.
func (g *Guild) UnmarshalJSON(b []byte) error {
	type wire Guild
	var w wire
	if err := json.Unmarshal(b, &w); err != nil {
		return err
	}
	*g = Guild(w)
	SetGuild(g.Channels, g.ID)
	SetGuild(g.Threads, g.ID)
	return nil
}

// SetGuild gives the guild's id to the channels that came without one.
func SetGuild(channels []Channel, guild snowflake.ID) {
	for i := range channels {
		if channels[i].Guild == 0 {
			channels[i].Guild = guild
		}
	}
}

// Access returns what the guild says of the member user, and false when it isn't among Members.
func (g Guild) Access(user snowflake.ID) (GuildAccess, bool) {
	for _, m := range g.Members {
		if m.User == user {
			return g.AccessOf(m), true
		}
	}
	return GuildAccess{}, false
}

// AccessOf returns the access of a member that is known from elsewhere.
func (g Guild) AccessOf(m Member) GuildAccess {
	return GuildAccess{Guild: g.ID, Owner: g.OwnerID, Roles: g.Roles, Member: m.User, MemberRoles: m.Roles}
}
