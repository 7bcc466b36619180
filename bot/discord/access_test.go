package discord

import (
	"encoding/json"
	"testing"

	"tally/eventlog/snowflake"
)

const (
	guild    snowflake.ID = 100 // also the id of @everyone
	owner    snowflake.ID = 7
	me       snowflake.ID = 1
	red      snowflake.ID = 11 // a role of mine
	blue     snowflake.ID = 12 // another
	green    snowflake.ID = 13 // not mine
	readable              = ViewChannel | ReadMessageHistory
)

func access(everyone, mine Permissions) GuildAccess {
	return GuildAccess{
		Guild: guild, Owner: owner, Member: me, MemberRoles: []snowflake.ID{red, blue},
		Roles: []Role{{guild, everyone}, {red, mine}, {blue, 0}, {green, Administrator}},
	}
}

func role(id snowflake.ID, allow, deny Permissions) Overwrite {
	return Overwrite{ID: id, Type: OverwriteRole, Allow: allow, Deny: deny}
}

func member(id snowflake.ID, allow, deny Permissions) Overwrite {
	return Overwrite{ID: id, Type: OverwriteMember, Allow: allow, Deny: deny}
}

func channel(kind int, o ...Overwrite) Channel { return Channel{ID: 200, Type: kind, Overwrites: o} }

// ours is access with a change.
func ours(change func(*GuildAccess)) GuildAccess {
	a := access(readable, 0)
	change(&a)
	return a
}

func TestFor(t *testing.T) {
	tests := []struct {
		name    string
		access  GuildAccess
		channel Channel
		want    Permissions
	}{
		{"@everyone", access(readable, 0), channel(ChannelText), readable},
		{"@everyone or a role of mine", access(ViewChannel, ReadMessageHistory), channel(ChannelText), readable},
		{"no role gives it", access(SendMessages, ReadMessageHistory), channel(ChannelText), 0},
		{"owner", ours(func(a *GuildAccess) { a.Owner = me; a.Roles = nil }), channel(ChannelText, role(guild, 0, ViewChannel)), AllPermissions},
		{"administrator, overwrites ignored", access(0, Administrator), channel(ChannelText, member(me, 0, AllPermissions)), AllPermissions},
		{"administrator of others", access(readable, 0), channel(ChannelText), readable},
		{"an overwrite can't make an administrator", access(readable, 0), channel(ChannelText, member(me, Administrator, ViewChannel)), 0},
		{"@everyone denied", access(readable, 0), channel(ChannelText, role(guild, 0, ReadMessageHistory)), ViewChannel},
		{"@everyone allowed", access(ViewChannel, 0), channel(ChannelText, role(guild, ReadMessageHistory, 0)), readable},
		{"a role allows what @everyone is denied", access(readable, 0), channel(ChannelText, role(red, ViewChannel, 0), role(guild, 0, ViewChannel)), readable},
		{"one role allows what another is denied", access(readable, 0), channel(ChannelText, role(red, ViewChannel, 0), role(blue, 0, ViewChannel)), readable},
		{"the same in the other order", access(readable, 0), channel(ChannelText, role(blue, 0, ViewChannel), role(red, ViewChannel, 0)), readable},
		{"a role denied what @everyone is allowed", access(0, 0), channel(ChannelText, role(guild, readable, 0), role(red, 0, ReadMessageHistory)), ViewChannel},
		{"others' roles don't matter", access(ViewChannel, 0), channel(ChannelText, role(green, ReadMessageHistory, ViewChannel)), ViewChannel},
		{"the member's allow wins", access(readable, 0), channel(ChannelText, member(me, readable, 0), role(red, 0, readable), role(guild, 0, readable)), readable},
		{"the member's deny wins", access(readable, 0), channel(ChannelText, member(me, 0, ReadMessageHistory), role(red, ReadMessageHistory, 0)), ViewChannel},
		{"others' overwrites don't matter", access(ViewChannel, 0), channel(ChannelText, member(owner, 0, ViewChannel)), ViewChannel},
		{"a member's overwrite is not a role's", access(ViewChannel, 0), channel(ChannelText, member(guild, 0, ViewChannel), role(me, 0, ViewChannel)), ViewChannel},
		{"voice without connect", access(readable, 0), channel(ChannelVoice), ViewChannel},
		{"voice with connect", access(readable|Connect, 0), channel(ChannelVoice), readable | Connect},
		{"stage without connect", access(readable, 0), channel(ChannelStage), ViewChannel},
		{"text needs no connect", access(readable, 0), channel(ChannelAnnouncement), readable},
		{"hidden", access(readable, 0), Channel{Flags: FlagObfuscated}, 0},
		{"thread without its parent", access(readable, 0), channel(ChannelPublicThread), 0},
		{"no owner known", ours(func(a *GuildAccess) { a.Owner, a.Member = 0, 0 }), channel(ChannelText), readable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.access.For(tt.channel, nil); got != tt.want {
				t.Errorf("got %b, want %b", got, tt.want)
			}
		})
	}
}

func TestHistory(t *testing.T) {
	joined := Channel{Type: ChannelPrivateThread, Member: &ThreadMember{}}
	text, closed := channel(ChannelText), channel(ChannelText, role(guild, 0, ViewChannel))
	hidden := Channel{Flags: FlagObfuscated}
	tests := []struct {
		name    string
		access  GuildAccess
		channel Channel
		parent  *Channel
		want    Reason
	}{
		{"readable", access(readable, 0), text, nil, CanRead},
		{"forum", access(readable, 0), channel(ChannelForum), nil, CanRead},
		{"cannot view", access(ReadMessageHistory, 0), text, nil, CannotView},
		{"cannot read history", access(ViewChannel, 0), text, nil, CannotReadHistory},
		{"cannot connect", access(readable, 0), channel(ChannelVoice), nil, CannotConnect},
		{"cannot view comes before cannot connect", access(0, 0), channel(ChannelVoice), nil, CannotView},
		{"cannot connect comes before cannot read", access(ViewChannel, 0), channel(ChannelStage), nil, CannotConnect},
		{"voice, no history", access(ViewChannel|Connect, 0), channel(ChannelVoice), nil, CannotReadHistory},
		{"hidden", access(readable, 0), hidden, nil, CannotView},
		{"administrator in voice", access(0, Administrator), channel(ChannelVoice), nil, CanRead},
		{"the category doesn't matter", access(readable, 0), text, &closed, CanRead},
		{"thread", access(readable, 0), channel(ChannelPublicThread), &text, CanRead},
		{"thread of a closed parent", access(readable, 0), channel(ChannelPublicThread), &closed, CannotView},
		{"thread's own overwrites don't matter", access(readable, 0), channel(ChannelAnnouncementThread, role(guild, 0, ViewChannel)), &text, CanRead},
		{"thread of a hidden parent", access(readable, 0), channel(ChannelPublicThread), &hidden, CannotView},
		{"private thread", access(readable, 0), channel(ChannelPrivateThread), &text, CannotView},
		{"private thread, joined", access(readable, 0), joined, &text, CanRead},
		{"private thread, joined, closed parent", access(readable, 0), joined, &closed, CannotView},
		{"private thread, manager", access(readable, ManageThreads), channel(ChannelPrivateThread), &text, CanRead},
		{"private thread, no history", access(ViewChannel, ManageThreads), channel(ChannelPrivateThread), &text, CannotReadHistory},
		{"private thread, administrator", access(0, Administrator), channel(ChannelPrivateThread), &text, CanRead},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.access.History(tt.channel, tt.parent); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestChannelTypes(t *testing.T) {
	type holds struct{ messages, threads, thread bool }
	want := map[int]holds{
		ChannelText: {true, true, false}, ChannelVoice: {true, false, false}, ChannelCategory: {},
		ChannelAnnouncement: {true, true, false}, ChannelAnnouncementThread: {true, false, true},
		ChannelPublicThread: {true, false, true}, ChannelPrivateThread: {true, false, true},
		ChannelStage: {true, false, false}, ChannelDirectory: {}, ChannelForum: {false, true, false},
		ChannelMedia: {false, true, false},
	}
	for kind := -1; kind < 100; kind++ { // unknown types hold nothing
		c := Channel{Type: kind}
		if got := (holds{c.HoldsMessages(), c.HoldsThreads(), c.IsThread()}); got != want[kind] {
			t.Errorf("type %d: %+v, want %+v", kind, got, want[kind])
		}
	}
}

// The sample of the facts, with what Discord leaves out or sets to null.
const guildCreate = `{"id":"100","name":"g","owner_id":"7",
"roles":[{"id":"100","name":"@everyone","permissions":"66560","position":0,"colors":{}},{"id":"11","permissions":17179869184}],
"members":[{"user":{"id":"5"},"roles":["12"]},{"user":{"id":"1","username":"bot"},"roles":["11"],"joined_at":"2026-01-01T00:00:00.000000+00:00","nick":null}],
"channels":[{"id":"200","type":0,"name":"general","parent_id":null,"last_message_id":null,"permission_overwrites":[{"id":"100","type":0,"allow":"0","deny":"1024"}],"flags":0},
 {"id":"201","type":15,"name":"___hidden___","flags":131072,"parent_id":null,"permission_overwrites":[{"id":"100","type":0,"allow":"0","deny":"1024"}],"topic":null},
 {"id":"202","type":99,"name":null,"flags":null,"permission_overwrites":null,"new":{"id":1}}],
"threads":[{"id":"300","type":11,"parent_id":"200","last_message_id":"301","thread_metadata":{"archived":false,"archive_timestamp":"2026-11-23T00:00:00.123456+00:00","locked":true},"member":{"flags":0}}],
"unavailable":false}`

func TestGuildCreate(t *testing.T) {
	var g Guild
	if err := json.Unmarshal([]byte(guildCreate), &g); err != nil {
		t.Fatal(err)
	}
	if g.ID != guild || g.OwnerID != owner || len(g.Channels) != 3 || len(g.Threads) != 1 || g.Unavailable {
		t.Errorf("got %+v", g)
	}
	for _, c := range append(g.Channels, g.Threads...) {
		if c.Guild != guild {
			t.Errorf("channel %s has guild %s", c.ID, c.Guild)
		}
	}
	if c := g.Channels[0]; c.Hidden() || c.LastMessage != 0 || c.Overwrites[0].Deny != ViewChannel {
		t.Errorf("got %+v", c)
	}
	if !g.Channels[1].Hidden() {
		t.Error("the obfuscated channel is not hidden")
	}
	th := g.Threads[0]
	if th.Thread == nil || th.Thread.ArchiveTimestamp != "2026-11-23T00:00:00.123456+00:00" || !th.Thread.Locked || th.Member == nil || th.LastMessage != 301 {
		t.Errorf("got %+v", th)
	}
	a, ok := g.Access(me)
	if !ok || a.Base() != readable|ManageThreads || len(a.MemberRoles) != 1 {
		t.Errorf("got %+v, %v", a, ok)
	}
	if _, ok := g.Access(3); ok {
		t.Error("access of a member that isn't there")
	}
	if err := json.Unmarshal([]byte(`{"id":"100","unavailable":true}`), &g); err != nil || !g.Unavailable || g.Channels != nil {
		t.Errorf("outage: %+v, %v", g, err)
	}
}

func TestPermissionsJSON(t *testing.T) {
	for in, want := range map[string]Permissions{`"66560"`: 66560, `66560`: 66560, `null`: 0, `"18446744073709551615"`: AllPermissions} {
		var p Permissions
		if err := json.Unmarshal([]byte(in), &p); err != nil || p != want {
			t.Errorf("%s: %d, %v", in, p, err)
		}
	}
	for _, in := range []string{`"x"`, `-1`, `{}`, `""`, `"18446744073709551616"`} {
		if json.Unmarshal([]byte(in), new(Permissions)) == nil {
			t.Errorf("%s was accepted", in)
		}
	}
	if b, err := json.Marshal(Overwrite{Allow: readable}); err != nil || string(b) != `{"id":"0","type":0,"allow":"66560","deny":"0"}` {
		t.Errorf("%s, %v", b, err)
	}
}
