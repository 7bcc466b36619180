package directory

import (
	"encoding/json"
	"slices"

	"tally/bot/discord"
	"tally/eventlog/snowflake"
)

// handleAccess takes the events that change what the bot may do.
func (d *Directory) handleAccess(event string, data json.RawMessage) error {
	var e struct {
		ID      snowflake.ID   `json:"id"`
		OwnerID snowflake.ID   `json:"owner_id"`
		Name    string         `json:"name"`
		Roles   []discord.Role `json:"roles"`

		Role   discord.Role `json:"role"`
		RoleID snowflake.ID `json:"role_id"`
	}
	if event == "GUILD_MEMBER_UPDATE" { // its roles are ids
		return d.handleMember(data)
	}
	if err := json.Unmarshal(data, &e); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	switch event {
	case "GUILD_UPDATE":
		d.guild.OwnerID, d.guild.Name = e.OwnerID, e.Name
		if e.Roles != nil {
			d.guild.Roles = e.Roles
		}
	case "GUILD_ROLE_DELETE":
		d.dropRole(e.RoleID)
	default:
		d.dropRole(e.Role.ID)
		d.guild.Roles = append(d.guild.Roles, e.Role)
	}
	d.compute()
	return nil
}

// dropRole makes a new slice: the old one may be in use by who was given the access.
func (d *Directory) dropRole(id snowflake.ID) {
	d.guild.Roles = slices.DeleteFunc(slices.Clone(d.guild.Roles), func(r discord.Role) bool { return r.ID == id })
}

func (d *Directory) handleMember(data json.RawMessage) error {
	var m discord.Member
	if err := json.Unmarshal(data, &m); err != nil || m.User != d.me {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.guild.Members = []discord.Member{m}
	d.compute()
	return nil
}

// SetAccess takes the guild's owner and roles, and the bot's own roles in it, as REST gives them.
func (d *Directory) SetAccess(g discord.Guild, me discord.Member) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.guild.OwnerID, d.guild.Roles, d.guild.Members = g.OwnerID, g.Roles, []discord.Member{me}
	d.compute()
}

// Refused notes that Discord refuses a channel, whatever the permissions say: it can't be read until Discord
// tells of it anew.
func (d *Directory) Refused(id snowflake.ID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if c, ok := d.channels[id]; ok {
		c.Flags |= discord.FlagObfuscated
		d.channels[id] = c
	}
}

// Me returns the bot's own user id.
func (d *Directory) Me() snowflake.ID { return d.me }
