package discordtest

import (
	"time"

	"tally/eventlog/snowflake"
)

// ThreadSpec describes a thread or a forum post to be made.
type ThreadSpec struct {
	Parent snowflake.ID
	Name   string
	Type   int          // default: what the parent's type makes: 10 or 11
	Owner  snowflake.ID // default: the guild's owner
	// StarterMessage is the message of the parent that the thread starts from. The thread gets its
	// id, the message the flag HAS_THREAD, and the thread's first row is of type 21. A thread
	// without one is told in its parent by a row of type 18.
	StarterMessage snowflake.ID
	// Archived makes it archived at ArchivedAt (default: now), to the microsecond.
	Archived   bool
	ArchivedAt time.Time
	BotJoined  bool         // the bot is a member: it needs that to see a private thread
	ID         snowflake.ID // default: StarterMessage's, or a new one
	Silent     bool         // no events, no rows of types 18 and 21, no starter post
}

// thread is what threads have beyond channels.
type thread struct {
	owner    snowflake.ID
	archived bool
	stamp    time.Time // archive_timestamp: of the last change of archived
	locked   bool
	members  map[snowflake.ID]bool
	sent     int // total_message_sent: deleted ones too, the starter not
}

// AddThread makes a thread and sends THREAD_CREATE. In a forum or media channel it is a post: its
// first message, by Owner, has the id of the thread and counts.
func (g *Guild) AddThread(spec ThreadSpec) snowflake.ID {
	g.mu.Lock()
	defer g.mu.Unlock()
	parent := g.channels[spec.Parent]
	if parent == nil || parent.thread != nil {
		panic("discordtest: no channel " + spec.Parent.String() + " for a thread")
	}
	c := g.newThread(parent, spec)
	g.insert(c)
	if spec.Silent {
		return c.id
	}
	if c.visible {
		d := g.channelJSON(c)
		d.NewlyCreated = true
		g.publish(IntentGuilds, "THREAD_CREATE", d)
	}
	g.startThread(parent, c, spec)
	if spec.Archived {
		at := spec.ArchivedAt
		if at.IsZero() {
			at = g.s.Now()
		}
		g.setArchived(c, true, at)
	}
	return c.id
}

func (g *Guild) newThread(parent *channel, spec ThreadSpec) *channel {
	def(&spec.Type, spec.Type == 0, PublicThread)
	if parent.kind == AnnouncementChannel && spec.Type == PublicThread {
		spec.Type = AnnouncementThread
	}
	def(&spec.Owner, spec.Owner == 0, g.owner)
	def(&spec.ID, spec.ID == 0, spec.StarterMessage)
	if spec.ID == 0 {
		spec.ID = g.s.mint.next()
	}
	def(&spec.ArchivedAt, spec.ArchivedAt.IsZero(), g.s.Now())
	t := &thread{owner: spec.Owner, stamp: spec.ArchivedAt, members: map[snowflake.ID]bool{spec.Owner: true}}
	if spec.BotJoined {
		t.members[g.s.bot] = true
	}
	t.archived = spec.Archived && spec.Silent
	return &channel{
		guild: g, id: spec.ID, parent: parent.id, kind: spec.Type, name: spec.Name, thread: t,
	}
}

// startThread adds the rows that come with a thread.
func (g *Guild) startThread(parent, c *channel, spec ThreadSpec) {
	switch {
	case parent.kind == ForumChannel || parent.kind == MediaChannel:
		g.send(c, Message{Author: c.thread.owner, ID: c.id})
		c.thread.sent = 0
	case spec.StarterMessage != 0:
		if i, ok := parent.rows.find(spec.StarterMessage); ok {
			parent.rows.list[i].flags |= flagHasThread
			g.publishMessage("MESSAGE_UPDATE", parent, i, false)
		}
		g.send(c, Message{Author: c.thread.owner, Type: 21, Reference: spec.StarterMessage})
		c.thread.sent = 0
	case c.kind != PrivateThread:
		g.send(parent, Message{Author: c.thread.owner, Type: 18})
	}
}

// ArchiveThread archives a thread at an instant of Discord's clock (zero: now) and sends THREAD_UPDATE.
func (g *Guild) ArchiveThread(id snowflake.ID, at time.Time) { g.archive(id, true, at) }

// UnarchiveThread is the reverse of ArchiveThread.
func (g *Guild) UnarchiveThread(id snowflake.ID) { g.archive(id, false, time.Time{}) }

func (g *Guild) archive(id snowflake.ID, on bool, at time.Time) {
	if at.IsZero() {
		at = g.s.Now()
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	c := g.channels[id]
	if c == nil || c.thread == nil {
		panic("discordtest: no thread " + id.String())
	}
	g.setArchived(c, on, at)
}

func (g *Guild) setArchived(c *channel, on bool, at time.Time) {
	c.thread.archived, c.thread.stamp = on, at
	if c.visible {
		g.publish(IntentGuilds, "THREAD_UPDATE", g.channelJSON(c))
	}
}

// threadSync is the body of THREAD_LIST_SYNC for channels that the bot gained.
func (g *Guild) threadSync(parents []snowflake.ID) map[string]any {
	in := map[snowflake.ID]bool{}
	for _, p := range parents {
		in[p] = true
	}
	active := g.threads(func(c *channel) bool { return in[c.parent] && !c.thread.archived })
	d := g.threadList(active)
	d["guild_id"], d["channel_ids"] = g.id, parents
	return d
}

// threads returns the threads that the bot sees and that are wanted. g.mu is held.
func (g *Guild) threads(want func(*channel) bool) (list []*channel) {
	for _, c := range g.order {
		if c.thread != nil && c.visible && want(c) {
			list = append(list, c)
		}
	}
	return list
}

// threadList is the body of every answer that lists threads.
func (g *Guild) threadList(list []*channel) map[string]any {
	threads, members := []channelJSON{}, []threadMemberJSON{}
	for _, c := range list {
		threads = append(threads, g.channelJSON(c))
		if c.thread.members[g.s.bot] {
			members = append(members, g.threadMember(c))
		}
	}
	return map[string]any{"threads": threads, "members": members}
}
