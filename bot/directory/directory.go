// Package directory keeps what a guild looks like to the bot: its channels and threads, and what the
// bot may do in each. The gateway's events keep it current; permissions are computed from it, never
// found out by trying (Discord answers a history that may not be read with an empty list).
package directory

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"

	"tally/bot/discord"
	"tally/eventlog/snowflake"
)

// Directory is one guild's channels and the bot's access to them. It may be used by many goroutines.
type Directory struct {
	me snowflake.ID

	mu       sync.RWMutex
	guild    discord.Guild // without its channels and threads
	access   discord.GuildAccess
	channels map[snowflake.ID]*discord.Channel // threads too; what is in it is never changed, but replaced
	refused  map[snowflake.ID]bool             // that Discord has refused, though the permissions allow them
	gone     map[snowflake.ID]uint64           // what was deleted, and what told was then
	told     uint64                            // how often the gateway has told something
}

// New returns the directory of a guild as the bot with the user id me sees it. It is empty until Reset.
func New(me snowflake.ID) *Directory {
	return &Directory{me: me, channels: map[snowflake.ID]*discord.Channel{}, refused: map[snowflake.ID]bool{}, gone: map[snowflake.ID]uint64{}}
}

// Reset takes a whole guild, as GUILD_CREATE brings it. Threads that it doesn't name, the archived ones,
// are kept as long as their channel is there.
func (d *Directory) Reset(g discord.Guild) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.told++
	d.forgive(func(discord.Channel) bool { return true })
	old := d.channels
	d.channels = make(map[snowflake.ID]*discord.Channel, len(g.Channels)+len(g.Threads))
	for _, c := range slices.Concat(g.Channels, g.Threads) {
		d.channels[c.ID] = &c
	}
	for id, c := range old {
		if _, there := d.channels[c.Parent]; there && c.IsThread() {
			if _, known := d.channels[id]; !known {
				d.channels[id] = c
			}
		}
	}
	g.Channels, g.Threads = nil, nil
	d.guild = g
	d.compute()
}

// compute derives the bot's access. d.mu is held.
func (d *Directory) compute() {
	if access, ok := d.guild.Access(d.me); ok {
		d.access = access
	}
}

// Add takes channels or threads as the gateway tells of them. The bot's membership of a thread is kept where the
// news doesn't tell of it.
func (d *Directory) Add(channels ...discord.Channel) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.add(channels)
}

func (d *Directory) add(channels []discord.Channel) {
	for _, c := range channels {
		if known, ok := d.channels[c.ID]; ok && c.Member == nil {
			c.Member = known.Member
		}
		d.channels[c.ID] = &c
		delete(d.refused, c.ID)
	}
}

// Remove forgets a channel and its threads, and returns the ids of all that went.
func (d *Directory) Remove(id snowflake.ID) []snowflake.ID {
	d.mu.Lock()
	defer d.mu.Unlock()
	gone := []snowflake.ID{id}
	for other, c := range d.channels {
		if c.IsThread() && c.Parent == id {
			gone = append(gone, other)
		}
	}
	for _, id := range gone {
		delete(d.channels, id)
		delete(d.refused, id)
		d.gone[id] = d.told
	}
	return gone
}

// Name returns the guild's name.
func (d *Directory) Name() string {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.guild.Name
}

// Channel returns a channel or thread.
func (d *Directory) Channel(id snowflake.ID) (discord.Channel, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if c, ok := d.channels[id]; ok {
		return *c, true
	}
	return discord.Channel{}, false
}

// ParentOf returns the channel of a thread; 0 for what is no thread, or isn't known.
func (d *Directory) ParentOf(id snowflake.ID) snowflake.ID {
	if c, ok := d.Channel(id); ok && c.IsThread() {
		return c.Parent
	}
	return 0
}

// Channels returns all channels and threads, by id.
func (d *Directory) Channels() []discord.Channel {
	d.mu.RLock()
	defer d.mu.RUnlock()
	var all []discord.Channel
	for _, id := range slices.Sorted(maps.Keys(d.channels)) {
		all = append(all, *d.channels[id])
	}
	return all
}

// History tells whether the bot may read a channel's history, and if not, why.
func (d *Directory) History(c discord.Channel) discord.Reason {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.access.History(c, d.parent(c))
}

// Permissions returns what the bot may do in a channel.
func (d *Directory) Permissions(c discord.Channel) discord.Permissions {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.access.For(c, d.parent(c))
}

// Public reports whether everybody in the guild may see a channel or thread. What is unknown is not public.
func (d *Directory) Public(id snowflake.ID) bool {
	d.mu.RLock()
	defer d.mu.RUnlock()
	known, ok := d.channels[id]
	if !ok {
		return false
	}
	c, everyone := *known, d.access
	everyone.Member, everyone.MemberRoles, c.Member = 0, nil, nil
	return everyone.For(c, d.parent(c)).Has(discord.ViewChannel)
}

func (d *Directory) parent(c discord.Channel) *discord.Channel { return d.channels[c.Parent] }

// StarterCopy reports whether a message is the copy that a thread begins with of the message that it
// was started from. In forums and media channels the first message is no copy: there is no other.
func (d *Directory) StarterCopy(m discord.Message) bool {
	if m.ID != m.Channel {
		return false
	}
	d.mu.RLock()
	defer d.mu.RUnlock()
	thread, ok := d.channels[m.Channel]
	if !ok {
		return false
	}
	parent, ok := d.channels[thread.Parent]
	return ok && parent.HoldsMessages()
}

// Handle takes a gateway event that changes the directory. Others are ignored. It returns the ids of
// channels and threads that were deleted by it.
func (d *Directory) Handle(event string, data json.RawMessage) (gone []snowflake.ID, err error) {
	take := d.taker(event)
	if take == nil { // a message and the like: it makes no answer of REST older
		return nil, nil
	}
	d.count() // before: an answer that was asked for until now may be older
	if gone, err = take(data); err != nil {
		err = fmt.Errorf("read %s: %w", event, err)
	}
	return gone, err
}

// taker returns what takes an event, nil for those that change nothing.
func (d *Directory) taker(event string) func(json.RawMessage) (gone []snowflake.ID, err error) {
	switch event {
	case "CHANNEL_CREATE", "CHANNEL_UPDATE", "THREAD_CREATE", "THREAD_UPDATE":
		return d.takeChannel
	case "CHANNEL_DELETE", "THREAD_DELETE":
		return d.takeDelete
	case "THREAD_LIST_SYNC":
		return d.takeThreads
	case "GUILD_UPDATE", "GUILD_ROLE_CREATE", "GUILD_ROLE_UPDATE", "GUILD_ROLE_DELETE", "GUILD_MEMBER_UPDATE":
		return func(data json.RawMessage) ([]snowflake.ID, error) { return nil, d.handleAccess(event, data) }
	}
	return nil
}

func (d *Directory) takeChannel(data json.RawMessage) ([]snowflake.ID, error) {
	var c discord.Channel
	if err := json.Unmarshal(data, &c); err != nil {
		return nil, err
	}
	d.tell(c)
	return nil, nil
}

func (d *Directory) takeDelete(data json.RawMessage) ([]snowflake.ID, error) {
	var c discord.Channel
	if err := json.Unmarshal(data, &c); err != nil {
		return nil, err
	}
	gone := d.Remove(c.ID)
	if c.Type == discord.ChannelCategory { // its channels stay
		return nil, nil
	}
	return gone, nil
}

func (d *Directory) takeThreads(data json.RawMessage) ([]snowflake.ID, error) {
	var sync threadSync
	if err := json.Unmarshal(data, &sync); err != nil {
		return nil, err
	}
	d.Add(sync.joined()...)
	return nil, nil
}

// threadSync is the body of THREAD_LIST_SYNC. Members are the bot's own memberships.
type threadSync struct {
	Threads []discord.Channel      `json:"threads"`
	Members []discord.ThreadMember `json:"members"`
}

// joined returns the threads, each with the bot's membership of it.
func (s threadSync) joined() []discord.Channel {
	for i := range s.Members {
		at := slices.IndexFunc(s.Threads, func(c discord.Channel) bool { return c.ID == s.Members[i].Thread })
		if at >= 0 {
			s.Threads[at].Member = &s.Members[i]
		}
	}
	return s.Threads
}
