package commands

import (
	"cmp"
	"fmt"
	"slices"

	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// mostRoles is how many roles may give one command: so many that an answer can still name them for all commands.
const mostRoles = 10

// editAccess says who may give a command: everyone, managers alone, one role more, or one less.
func (r *Router) editAccess(i interaction, s *eventlog.Settings) error {
	name, _ := i.option("command").(string)
	c, known := r.all()[name]
	if !known {
		return userError("I don't know the command `/" + name + "` any more. Discord may show an old list: reload it with Ctrl-R.")
	}
	given := 0
	for _, option := range []string{"who", "role", "remove"} {
		if i.option(option) != nil {
			given++
		}
	}
	if given != 1 {
		return userError("Say who may give `/" + name + "`: either `who`, or a `role` that may, or one to `remove`.")
	}
	roles, err := i.rolesFrom(rolesFor(c, *s, i.target.Guild), name)
	if err != nil {
		return err
	}
	s.Access = slices.DeleteFunc(s.Access, func(a eventlog.Access) bool { return a.Command == name })
	if i.option("who") != accessDefault {
		s.Access = append(s.Access, accessOf(name, roles)...)
	}
	slices.SortFunc(s.Access, func(a, b eventlog.Access) int {
		return cmp.Or(cmp.Compare(a.Command, b.Command), cmp.Compare(a.Role, b.Role))
	})
	return nil
}

// rolesFrom returns which roles may give a command, as the options ask, if roles may now.
func (i interaction) rolesFrom(roles []snowflake.ID, command string) ([]snowflake.ID, error) {
	everyone, add, remove := i.target.Guild, i.idOption("role"), i.idOption("remove")
	switch {
	case i.option("who") == accessAll || add == everyone:
		if command == eraseUserName || command == settingsName {
			return nil, userError("Not everybody: who may give `/" + command + "` decides over what is kept of others. Name a `role` that you trust.")
		}
		return []snowflake.ID{everyone}, nil
	case add != 0:
		return withRole(roles, add, everyone, command)
	case remove != 0:
		return withoutRole(roles, remove, everyone, command)
	}
	return nil, nil // accessManagers
}

// withRole adds a role to those that may give a command. Where everyone may, it is then for the role alone.
func withRole(roles []snowflake.ID, role, everyone snowflake.ID, command string) ([]snowflake.ID, error) {
	switch {
	case slices.Contains(roles, role):
		return roles, nil
	case slices.Contains(roles, everyone):
		return []snowflake.ID{role}, nil
	case len(roles) >= mostRoles:
		return nil, userError(fmt.Sprintf("%d roles may give `/%s` already, and more can't: take one away with `remove`, or give its members another role that may.", mostRoles, command))
	}
	return append(roles, role), nil
}

func withoutRole(roles []snowflake.ID, role, everyone snowflake.ID, command string) ([]snowflake.ID, error) {
	at := slices.Index(roles, role)
	switch {
	case at >= 0:
		return slices.Delete(roles, at, at+1), nil
	case slices.Contains(roles, everyone):
		return nil, userError("Everyone may give `/" + command + "`, with that role or without: say by `who` or `role` who alone may.")
	}
	return nil, userError("That role may not give `/" + command + "`. `/settings show` lists those that may.")
}

// accessOf writes down that roles may give a command; none: managers alone.
func accessOf(command string, roles []snowflake.ID) (access []eventlog.Access) {
	if len(roles) == 0 {
		return []eventlog.Access{{Command: command}}
	}
	for _, role := range roles {
		access = append(access, eventlog.Access{Command: command, Role: role})
	}
	return access
}
