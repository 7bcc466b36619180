package discordtest

import (
	"testing"

	"tally/eventlog/snowflake"
)

func TestPermissions(t *testing.T) {
	const view, history, connect = PermViewChannel, PermReadMessageHistory, PermConnect
	s := newServer(t, Options{})
	g := s.AddGuild("test")
	g.SetRolePermissions(g.ID(), view|history|connect)
	red, blue := g.AddRole("red", 0), g.AddRole("blue", 0)
	boss := g.AddRole("boss", PermAdministrator)
	ann, bob, kim := g.AddUser("ann", false), g.AddUser("bob", false), g.AddUser("kim", false)
	g.GiveRole(ann, red)
	g.GiveRole(ann, blue)
	g.GiveRole(kim, boss)
	every := func(allow, deny Permissions) Overwrite { return Overwrite{ID: g.ID(), Allow: allow, Deny: deny} }
	role := func(id snowflake.ID, allow, deny Permissions) Overwrite {
		return Overwrite{ID: id, Allow: allow, Deny: deny}
	}
	member := func(id snowflake.ID, allow, deny Permissions) Overwrite {
		return Overwrite{ID: id, Type: 1, Allow: allow, Deny: deny}
	}
	for _, c := range []struct {
		name string
		kind int
		user snowflake.ID
		list []Overwrite
		want Permissions
	}{
		{"base", 0, ann, nil, view | history | connect},
		{"no member", 0, 1, nil, 0},
		{"owner", 0, g.Owner(), []Overwrite{every(0, view)}, permAll},
		{"administrator", 0, kim, []Overwrite{every(0, view), member(kim, 0, view)}, permAll},
		{"everyone denied", 0, ann, []Overwrite{every(0, history)}, view | connect},
		{"without view nothing counts", 0, ann, []Overwrite{every(0, view)}, 0},
		{"a role brings it back", 0, ann, []Overwrite{every(0, history), role(red, history, 0)}, view | history | connect},
		{"allow of one role beats deny of another", 0, ann, []Overwrite{role(red, history, 0), role(blue, 0, history)}, view | history | connect},
		{"another's role", 0, bob, []Overwrite{role(red, 0, view)}, view | history | connect},
		{"member beats role", 0, ann, []Overwrite{member(ann, 0, history), role(red, history, 0)}, view | connect},
		{"member allowed", 0, ann, []Overwrite{role(red, 0, view), member(ann, view, 0)}, view | history | connect},
		{"voice", VoiceChannel, ann, nil, view | history | connect},
		{"voice without connect", VoiceChannel, ann, []Overwrite{every(0, connect)}, view},
		{"text without connect", 0, ann, []Overwrite{every(0, connect)}, view | history},
	} {
		t.Run(c.name, func(t *testing.T) {
			id := g.AddChannel(ChannelSpec{Type: c.kind, Overwrites: c.list})
			g.mu.RLock()
			defer g.mu.RUnlock()
			if got := g.permissions(c.user, g.channels[id]); got != c.want {
				t.Errorf("got %b, want %b", got, c.want)
			}
		})
	}
}

func TestThreadPermissionsAreTheParents(t *testing.T) {
	s, g, ch := newChannel(t, Options{})
	public := g.AddThread(ThreadSpec{Parent: ch})
	private := g.AddThread(ThreadSpec{Parent: ch, Type: PrivateThread})
	g.DenyBot(ch, PermReadMessageHistory)
	if p := g.BotPermissions(public); p&PermReadMessageHistory != 0 || p&PermViewChannel == 0 {
		t.Errorf("public thread: %b", p)
	}
	if g.BotPermissions(private) == 0 {
		t.Error("MANAGE_THREADS shows private threads")
	}
	g.DenyBot(ch, PermManageThreads)
	if p := g.BotPermissions(private); p != 0 {
		t.Errorf("private thread without MANAGE_THREADS: %b", p)
	}
	g.DenyBot(ch, PermViewChannel)
	if a := get(t, s, "/guilds/"+g.ID().String()+"/channels"); string(a.body) != "[]" {
		t.Errorf("hidden channel is listed: %s", a.body)
	}
}
