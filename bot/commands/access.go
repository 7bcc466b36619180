package commands

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bwmarrin/discordgo"

	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// manages are the permissions either of which lets somebody give every command.
const manages = discordgo.PermissionManageGuild | discordgo.PermissionAdministrator

// managers is what those are called who have one of these.
const managers = "members with Manage Server"

// chosen returns the guild's settings, which must not be changed.
func (t *Target) chosen() (s eventlog.Settings) {
	t.Gate.View(func(g *projections.Guild) { s = g.Settings() })
	return s
}

// forManagers reports whether a command is, by default, for those who manage the guild.
func (c command) forManagers() bool { return c.definition.DefaultMemberPermissions != nil }

// rolesFor returns the roles that may give a command, the guild's own id for everyone; none: managers alone.
func rolesFor(c command, s eventlog.Settings, guild snowflake.ID) (roles []snowflake.ID) {
	set := false
	for _, a := range s.Access {
		if a.Command != c.definition.Name {
			continue
		}
		if set = true; a.Role != 0 {
			roles = append(roles, a.Role)
		}
	}
	if !set && !c.forManagers() {
		return []snowflake.ID{guild}
	}
	return roles
}

// refusal says why somebody may not give a command, or press its button; "": he may.
func (i interaction) refusal(c command) string {
	if c.always || i.Member.Permissions&manages != 0 {
		return ""
	}
	roles := rolesFor(c, i.settings, i.target.Guild)
	for _, role := range roles {
		if role == i.target.Guild || slices.Contains(i.Member.Roles, role.String()) {
			return ""
		}
	}
	return fmt.Sprintf("`/%s` is for %s here. They can change that with `/settings access`.", c.definition.Name, who(roles, i.target.Guild))
}

// who names those who may give a command.
func who(roles []snowflake.ID, guild snowflake.ID) string {
	switch {
	case slices.Contains(roles, guild):
		return "everyone"
	case len(roles) == 0:
		return managers
	}
	names := make([]string, len(roles))
	for i, role := range roles {
		names[i] = "<@&" + role.String() + ">"
	}
	return strings.Join(names, ", ") + " and " + managers
}
