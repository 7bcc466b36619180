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
	d.forgive(func(discord.Channel) bool { return true })
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
	d.forgive(func(discord.Channel) bool { return true })
	d.compute()
	return nil
}

// Told returns how often the gateway has told something. What a request answers may be older than what the
// gateway tells while it is on its way: then Learn takes only what was neither known nor deleted, Refresh and Refused nothing.
func (d *Directory) Told() uint64 {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.told
}

func (d *Directory) count() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.told++
}

// Learn takes channels or threads as REST gives them.
func (d *Directory) Learn(since uint64, channels ...discord.Channel) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range channels {
		if since < d.gone[c.ID] {
			continue
		}
		if known, ok := d.channels[c.ID]; ok && d.told != since {
			last := max(known.LastMessage, c.LastMessage)
			c = *known
			c.LastMessage = last
		}
		d.add([]discord.Channel{c})
	}
}

// Refresh takes the guild's owner and roles, the bot's own roles in it, and channels, as REST gives them. It
// takes nothing and returns false if the gateway has told something since.
func (d *Directory) Refresh(since uint64, g discord.Guild, me discord.Member, channels ...discord.Channel) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.told != since {
		return false
	}
	d.guild.OwnerID, d.guild.Roles, d.guild.Members = g.OwnerID, g.Roles, []discord.Member{me}
	d.compute()
	d.add(channels)
	return true
}

// Refused notes that Discord refuses a channel, whatever the permissions say: it can't be read until Discord
// tells anew of it, of its parent or of the bot's roles. It notes nothing and returns false if the gateway has
// told something since.
func (d *Directory) Refused(since uint64, id snowflake.ID) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.told != since {
		return false
	}
	if c, ok := d.channels[id]; ok {
		c := *c
		c.Flags |= discord.FlagObfuscated
		d.channels[id], d.refused[id] = &c, true
	}
	return true
}

// tell takes a channel as the gateway tells of it. Its threads may have opened with it.
func (d *Directory) tell(c discord.Channel) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.add([]discord.Channel{c})
	d.forgive(func(refused discord.Channel) bool { return refused.Parent == c.ID })
}

// forgive lets refused channels be what the permissions say. d.mu is held.
func (d *Directory) forgive(opened func(discord.Channel) bool) {
	for id := range d.refused {
		if c := *d.channels[id]; opened(c) {
			c.Flags &^= discord.FlagObfuscated
			d.channels[id] = &c
			delete(d.refused, id)
		}
	}
}

// Me returns the bot's own user id.
func (d *Directory) Me() snowflake.ID { return d.me }
