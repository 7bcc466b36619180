package directory

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"go.uber.org/goleak"

	"tally/bot/discord"
	"tally/eventlog/snowflake"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The guild of the tests: a category with a text channel, a forum, a voice channel, and a thread in each
// that can have one. The bot may see and read everything.
const (
	guildID  = 1
	category = 10
	text     = 11
	forum    = 12
	voice    = 13
	thread   = 21 // started from message 21 of the text channel
	private  = 22
	post     = 23
	robot    = 90
	role     = 91
	reader   = discord.ViewChannel | discord.ReadMessageHistory | discord.Connect
)

func newDirectory() *Directory {
	d := New(robot)
	d.Reset(discord.Guild{
		ID: guildID, Name: "test", OwnerID: 99,
		Roles:   []discord.Role{{ID: guildID, Permissions: reader}, {ID: role}},
		Members: []discord.Member{{User: 98}, {User: robot, Roles: []snowflake.ID{role}}},
		Channels: []discord.Channel{
			{ID: category, Type: discord.ChannelCategory}, {ID: text, Parent: category, LastMessage: 5},
			{ID: forum, Type: discord.ChannelForum, Parent: category}, {ID: voice, Type: discord.ChannelVoice},
		},
		Threads: []discord.Channel{
			{ID: thread, Parent: text, Type: discord.ChannelPublicThread}, {ID: post, Parent: forum, Type: discord.ChannelPublicThread},
			{ID: private, Parent: text, Type: discord.ChannelPrivateThread, Member: &discord.ThreadMember{}},
		},
	})
	return d
}

func ids(d *Directory) (all []snowflake.ID) {
	for _, c := range d.Channels() {
		all = append(all, c.ID)
	}
	return all
}

// handle gives the directory an event, and returns what it says to be deleted.
func handle(t *testing.T, d *Directory, event, data string) []snowflake.ID {
	t.Helper()
	gone, err := d.Handle(event, json.RawMessage(data))
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(gone)
	return gone
}

func reason(d *Directory, id snowflake.ID) discord.Reason {
	c, _ := d.Channel(id)
	return d.History(c)
}

func TestChannelEvents(t *testing.T) {
	all := []snowflake.ID{category, text, forum, voice, thread, private, post}
	for name, c := range map[string]struct {
		event, data string
		want, gone  []snowflake.ID
	}{
		"a new channel":                 {"CHANNEL_CREATE", `{"id":"30","type":0}`, append(slices.Clone(all), 30), nil},
		"a new thread":                  {"THREAD_CREATE", `{"id":"31","type":11,"parent_id":"11"}`, append(slices.Clone(all), 31), nil},
		"a changed channel":             {"CHANNEL_UPDATE", `{"id":"11","type":0,"name":"new"}`, all, nil},
		"a changed thread":              {"THREAD_UPDATE", `{"id":"21","type":11,"parent_id":"11","thread_metadata":{"archived":true}}`, all, nil},
		"a deleted channel":             {"CHANNEL_DELETE", `{"id":"11","type":0}`, []snowflake.ID{category, forum, voice, post}, []snowflake.ID{text, thread, private}},
		"a deleted forum":               {"CHANNEL_DELETE", `{"id":"12","type":15}`, []snowflake.ID{category, text, voice, thread, private}, []snowflake.ID{forum, post}},
		"a deleted category":            {"CHANNEL_DELETE", `{"id":"10","type":4}`, []snowflake.ID{text, forum, voice, thread, private, post}, nil},
		"a deleted thread":              {"THREAD_DELETE", `{"id":"21","type":11,"parent_id":"11"}`, []snowflake.ID{category, text, forum, voice, private, post}, []snowflake.ID{thread}},
		"a deleted thread nobody knows": {"THREAD_DELETE", `{"id":"55","type":11,"parent_id":"11"}`, all, []snowflake.ID{55}},
		"threads that became visible":   {"THREAD_LIST_SYNC", `{"channel_ids":["11"],"threads":[{"id":"31","type":11,"parent_id":"11"}],"members":[]}`, append(slices.Clone(all), 31), nil},
		"an event of no interest":       {"TYPING_START", `{"id":"11"}`, all, nil},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDirectory()
			gone := handle(t, d, c.event, c.data)
			slices.Sort(c.want)
			if !slices.Equal(ids(d), c.want) || !slices.Equal(gone, c.gone) {
				t.Errorf("channels %v, gone %v; want %v, %v", ids(d), gone, c.want, c.gone)
			}
		})
	}
}

func TestAccessEvents(t *testing.T) {
	const none = `"permissions":"0"`
	for name, c := range map[string]struct {
		events [][2]string
		want   discord.Reason // for the text channel
	}{
		"as it was":                     {nil, discord.CanRead},
		"@everyone may nothing":         {[][2]string{{"GUILD_ROLE_UPDATE", `{"role":{"id":"1",` + none + `}}`}}, discord.CannotView},
		"and a role of the bot may all": {[][2]string{{"GUILD_ROLE_UPDATE", `{"role":{"id":"1",` + none + `}}`}, {"GUILD_ROLE_UPDATE", `{"role":{"id":"91","permissions":"8"}}`}}, discord.CanRead},
		"a role that the bot hasn't": {[][2]string{{"GUILD_ROLE_UPDATE", `{"role":{"id":"1","permissions":"1024"}}`}, {"GUILD_ROLE_CREATE", `{"role":{"id":"92","permissions":"8"}}`}},
			discord.CannotReadHistory},
		"and is given": {[][2]string{{"GUILD_ROLE_UPDATE", `{"role":{"id":"1",` + none + `}}`}, {"GUILD_ROLE_CREATE", `{"role":{"id":"92","permissions":"8"}}`},
			{"GUILD_MEMBER_UPDATE", `{"user":{"id":"90"},"roles":["92"]}`}}, discord.CanRead},
		"and somebody else is given": {[][2]string{{"GUILD_ROLE_UPDATE", `{"role":{"id":"1",` + none + `}}`}, {"GUILD_ROLE_CREATE", `{"role":{"id":"92","permissions":"8"}}`},
			{"GUILD_MEMBER_UPDATE", `{"user":{"id":"98"},"roles":["92"]}`}}, discord.CannotView},
		"a role is deleted": {[][2]string{{"GUILD_ROLE_UPDATE", `{"role":{"id":"1",` + none + `}}`}, {"GUILD_ROLE_UPDATE", `{"role":{"id":"91","permissions":"8"}}`},
			{"GUILD_ROLE_DELETE", `{"role_id":"91"}`}}, discord.CannotView},
		"the bot owns the guild":         {[][2]string{{"GUILD_UPDATE", `{"id":"1","owner_id":"90","roles":[{"id":"1",` + none + `}]}`}}, discord.CanRead},
		"the guild's roles anew":         {[][2]string{{"GUILD_UPDATE", `{"id":"1","owner_id":"99","roles":[{"id":"1",` + none + `}]}`}}, discord.CannotView},
		"the guild's name, and no roles": {[][2]string{{"GUILD_UPDATE", `{"id":"1","owner_id":"99","name":"new"}`}}, discord.CanRead},
		"an overwrite of the channel":    {[][2]string{{"CHANNEL_UPDATE", `{"id":"11","type":0,"permission_overwrites":[{"id":"90","type":1,"allow":"0","deny":"65536"}]}`}}, discord.CannotReadHistory},
		"a hidden channel":               {[][2]string{{"CHANNEL_UPDATE", `{"id":"11","type":0,"flags":131072}`}}, discord.CannotView},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDirectory()
			for _, e := range c.events {
				handle(t, d, e[0], e[1])
			}
			if got := reason(d, text); got != c.want {
				t.Errorf("the channel %s; want: it %s", got, c.want)
			}
			if threads := reason(d, thread); threads != c.want {
				t.Errorf("the thread %s; want: as its channel", threads)
			}
		})
	}
}

// TestAccessIsAValue has what was given out stay as it is when roles change.
func TestAccessIsAValue(t *testing.T) {
	d := newDirectory()
	before := d.access
	handle(t, d, "GUILD_ROLE_UPDATE", `{"role":{"id":"1","permissions":"0"}}`)
	if !before.Base().Has(reader) {
		t.Error("an event has changed an access that somebody may hold")
	}
}

func TestPrivateThreads(t *testing.T) {
	const update = `{"id":"22","type":12,"parent_id":"11","thread_metadata":{"archived":true}}`
	d := newDirectory()
	handle(t, d, "THREAD_UPDATE", update)
	if got := reason(d, private); got != discord.CanRead {
		t.Errorf("the bot's membership is forgotten: %s", got)
	}
	d = newDirectory()
	handle(t, d, "THREAD_LIST_SYNC", `{"threads":[{"id":"33","type":12,"parent_id":"11"},{"id":"34","type":12,"parent_id":"11"}],"members":[{"id":"33","user_id":"90"}]}`)
	if got := reason(d, 33); got != discord.CanRead {
		t.Errorf("a thread that the bot has joined: %s", got)
	}
	if got := reason(d, 34); got != discord.CannotView {
		t.Errorf("a thread that the bot has not joined: %s", got)
	}
}

// TestReset has a guild come back: what it doesn't name is gone, but for archived threads of its channels.
func TestReset(t *testing.T) {
	d := newDirectory()
	d.Add(discord.Channel{ID: 40, Type: discord.ChannelPublicThread, Parent: text}, discord.Channel{ID: 41, Type: discord.ChannelPublicThread, Parent: voice})
	d.Reset(discord.Guild{
		ID: guildID, Roles: []discord.Role{{ID: guildID, Permissions: reader}}, Members: []discord.Member{{User: robot}},
		Channels: []discord.Channel{{ID: text, Name: "new"}}, Threads: []discord.Channel{{ID: thread, Type: discord.ChannelPublicThread, Parent: text, Name: "new"}},
	})
	if want := []snowflake.ID{text, thread, private, 40}; !slices.Equal(ids(d), want) {
		t.Errorf("channels %v, want %v", ids(d), want)
	}
	for _, id := range []snowflake.ID{text, thread} {
		if c, _ := d.Channel(id); c.Name != "new" {
			t.Errorf("channel %s is the old one", id)
		}
	}
	before := d.access
	d.Reset(discord.Guild{ID: guildID, Channels: []discord.Channel{{ID: text}}})
	if fmt.Sprint(before) != fmt.Sprint(d.access) {
		t.Error("a guild that doesn't name the bot has taken its rights away")
	}
}

func TestStarterCopy(t *testing.T) {
	for name, c := range map[string]struct {
		message discord.Message
		want    bool
	}{
		"the first of a thread from a message":  {discord.Message{ID: thread, Channel: thread}, true},
		"the message that it was started from":  {discord.Message{ID: thread, Channel: text}, false},
		"another message of the thread":         {discord.Message{ID: 50, Channel: thread}, false},
		"the first of a forum's post":           {discord.Message{ID: post, Channel: post}, false},
		"the first of a thread nobody knows":    {discord.Message{ID: 77, Channel: 77}, false},
		"a message with the id of its channel":  {discord.Message{ID: text, Channel: text}, false},
		"the first of a thread without channel": {discord.Message{ID: 60, Channel: 60}, false},
	} {
		d := newDirectory()
		d.Add(discord.Channel{ID: 60, Type: discord.ChannelPublicThread, Parent: 61})
		if got := d.StarterCopy(c.message); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestRefused has Discord refuse what the permissions allow, until it tells of the channel again.
func TestRefused(t *testing.T) {
	d := newDirectory()
	for _, id := range []snowflake.ID{text, private, 55} {
		d.Refused(d.Told(), id)
	}
	for _, id := range []snowflake.ID{text, thread, private} {
		if got := reason(d, id); got != discord.CannotView {
			t.Errorf("channel %s that is refused: %s", id, got)
		}
	}
	handle(t, d, "CHANNEL_UPDATE", `{"id":"11","type":0}`)
	handle(t, d, "THREAD_CREATE", `{"id":"22","type":12,"parent_id":"11","member":{"user_id":"90"}}`)
	for _, id := range []snowflake.ID{text, thread, private} {
		if got := reason(d, id); got != discord.CanRead {
			t.Errorf("channel %s that opened again: %s", id, got)
		}
	}
}

// TestRefusedWithItsParent has what Discord tells of a channel, or of the bot's roles, open a thread that was
// refused: of the thread itself it tells nothing.
func TestRefusedWithItsParent(t *testing.T) {
	for event, data := range map[string]string{
		"CHANNEL_UPDATE":      `{"id":"11","type":0}`,
		"GUILD_ROLE_UPDATE":   `{"guild_id":"1","role":{"id":"1","permissions":"66560"}}`,
		"GUILD_MEMBER_UPDATE": `{"guild_id":"1","user":{"id":"90"},"roles":[]}`,
	} {
		d := newDirectory()
		handle(t, d, "THREAD_CREATE", `{"id":"23","type":11,"parent_id":"11"}`)
		d.Refused(d.Told(), 23)
		if got := reason(d, 23); got != discord.CannotView {
			t.Fatalf("refused: %s", got)
		}
		if handle(t, d, event, data); reason(d, 23) != discord.CanRead {
			t.Errorf("after %s: %s", event, reason(d, 23))
		}
	}
}

// TestDeletedMeanwhile takes no channel from an answer that is older than the channel's end.
func TestDeletedMeanwhile(t *testing.T) {
	d := newDirectory()
	since := d.Told()
	handle(t, d, "CHANNEL_DELETE", `{"id":"11","type":0}`)
	d.Learn(since, discord.Channel{ID: 11})
	if _, known := d.Channel(11); known {
		t.Error("what was deleted is back")
	}
	d.Learn(d.Told(), discord.Channel{ID: 11})
	if _, known := d.Channel(11); !known {
		t.Error("a newer answer is not taken")
	}
}

func TestBrokenEvents(t *testing.T) {
	for _, event := range []string{"CHANNEL_CREATE", "CHANNEL_DELETE", "THREAD_DELETE", "THREAD_LIST_SYNC", "GUILD_UPDATE", "GUILD_ROLE_DELETE", "GUILD_MEMBER_UPDATE"} {
		d := newDirectory()
		before := fmt.Sprint(ids(d), d.access)
		if gone, err := d.Handle(event, json.RawMessage(`{"id":`)); err == nil || len(gone) > 0 {
			t.Errorf("%s that ends early: gone %v, %v", event, gone, err)
		}
		if fmt.Sprint(ids(d), d.access) != before {
			t.Errorf("%s that ends early has changed something", event)
		}
	}
}

func TestName(t *testing.T) {
	if d := New(robot); d.Name() != "" || d.Me() != robot {
		t.Error("an empty directory knows a guild")
	}
	if d := newDirectory(); d.Name() != "test" {
		t.Error("the guild is not known")
	}
}

// TestToldMeanwhile takes no answer that may be older than what the gateway has told since it was asked for.
func TestToldMeanwhile(t *testing.T) {
	d := New(90)
	d.Reset(discord.Guild{ID: 1, Channels: []discord.Channel{{ID: 5, Name: "old"}}})
	since := d.Told()
	if _, err := d.Handle("CHANNEL_UPDATE", []byte(`{"id":"5","name":"new"}`)); err != nil {
		t.Fatal(err)
	}
	d.Learn(since, discord.Channel{ID: 5, Name: "old", LastMessage: 7}, discord.Channel{ID: 6, Name: "found"})
	if found, _ := d.Channel(6); found.Name != "found" {
		t.Error("what was not known is not known")
	}
	if d.Refresh(since, discord.Guild{OwnerID: 90}, discord.Member{User: 90}, discord.Channel{ID: 5, Name: "old"}) || d.Refused(since, 5) {
		t.Error("an outdated answer was taken")
	}
	if c, _ := d.Channel(5); c.Name != "new" || c.Hidden() || c.LastMessage != 7 {
		t.Errorf("%+v", c)
	}
	since = d.Told()
	for _, event := range []string{"MESSAGE_UPDATE", "MESSAGE_REACTION_ADD", "TYPING_START"} {
		if _, err := d.Handle(event, []byte(`{"id":"7","channel_id":"5"}`)); err != nil {
			t.Fatal(err)
		}
	}
	if !d.Refresh(since, discord.Guild{OwnerID: 90}, discord.Member{User: 90}, discord.Channel{ID: 5, Name: "newest"}) {
		t.Error("an answer was not taken though nothing was told since")
	}
	if c, _ := d.Channel(5); c.Name != "newest" || d.History(c) != discord.CanRead {
		t.Errorf("%+v", c)
	}
}
