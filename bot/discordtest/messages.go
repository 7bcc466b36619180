package discordtest

import (
	"tally/eventlog/snowflake"
)

// Message flags.
const (
	FlagEphemeral = 1 << 6
	FlagLoading   = 1 << 7
	flagHasThread = 1 << 5
)

// Delivery says where a sent message goes.
type Delivery int

const (
	// Deliver: into the history and to the sessions. An ephemeral message goes only to sessions
	// with the DIRECT_MESSAGES intent, without a guild_id, and into no history.
	Deliver Delivery = iota
	// HistoryOnly: as if it was sent while nobody listened.
	HistoryOnly
	// DispatchOnly: to the sessions, whatever its flags, but into no history.
	DispatchOnly
)

// Message is a message to be sent by somebody.
type Message struct {
	Author    snowflake.ID // default: the guild's owner
	Type      int          // 0 default, 19 reply, 7 join, …
	Webhook   snowflake.ID // in place of Author: a webhook
	Flags     int
	ID        snowflake.ID // default: a new one
	Content   string       // shown to the bot only where Discord would
	Reference snowflake.ID // the message replied to; type 19: default the one before
	Mentions  []snowflake.ID
	Delivery  Delivery
	// JSON is further members for the message object, `"poll":{…},"position":3`.
	JSON string
}

// Send sends a message and returns its id. An id that the channel already has makes it panic.
func (s *Server) Send(channel snowflake.ID, m Message) snowflake.ID {
	c := s.mustChannel(channel)
	c.guild.mu.Lock()
	defer c.guild.mu.Unlock()
	return c.guild.send(c, m)
}

// send is Send with g.mu held.
func (g *Guild) send(c *channel, m Message) snowflake.ID {
	r, x := g.newRow(c, m)
	if m.Delivery == DispatchOnly || (m.Flags&FlagEphemeral != 0) {
		g.publishRow("MESSAGE_CREATE", c, view{row: r, x: x}, m.Delivery == Deliver)
		return r.id
	}
	g.unarchive(c, m.Delivery == Deliver)
	i := c.rows.insert(r, x)
	if c.thread != nil {
		c.thread.sent++
	}
	if m.Delivery == Deliver {
		g.publishMessage("MESSAGE_CREATE", c, i, false)
	}
	return r.id
}

// unarchive is what a message does to an archived thread.
func (g *Guild) unarchive(c *channel, tell bool) {
	if c.thread == nil || !c.thread.archived {
		return
	}
	if tell {
		g.setArchived(c, false, g.s.Now())
	} else {
		c.thread.archived, c.thread.stamp = false, g.s.Now()
	}
}

func (g *Guild) newRow(c *channel, m Message) (row, *extra) {
	if m.ID == 0 {
		m.ID = g.s.mint.next()
	}
	def(&m.Author, m.Webhook != 0, m.Webhook)
	def(&m.Author, m.Author == 0, g.owner)
	r := row{id: m.ID, author: g.s.users.author(m.Author), kind: uint8(m.Type), flags: uint16(m.Flags)}
	x := extra{content: m.Content, raw: m.JSON}
	for _, u := range m.Mentions {
		x.mentions = append(x.mentions, g.s.users.author(u))
	}
	at := c.rows.above(m.ID)
	if m.Reference == 0 && m.Type == 19 && at > 0 {
		r.ref = 1
	}
	if m.Reference != 0 {
		if i, ok := c.rows.findAny(m.Reference); ok && i < at {
			r.ref = uint32(at - i)
		} else {
			x.refMessage, x.refChannel = m.Reference, c.id
			if m.Type == 21 {
				x.refChannel = c.parent
			}
		}
	}
	if x.content == "" && x.raw == "" && x.mentions == nil && x.refMessage == 0 {
		return r, nil
	}
	return r, &x
}

// Redeliver sends MESSAGE_CREATE again for a message of the history, even for a deleted one: the
// gateway may deliver an event any number of times, and late.
func (s *Server) Redeliver(channel, message snowflake.ID) {
	c := s.mustChannel(channel)
	c.guild.mu.Lock()
	defer c.guild.mu.Unlock()
	i, ok := c.rows.findAny(message)
	if !ok {
		panic("discordtest: no message " + message.String())
	}
	c.guild.publishMessage("MESSAGE_CREATE", c, i, false)
}

// Edit sends MESSAGE_UPDATE for a message, with a new edited_timestamp.
func (s *Server) Edit(channel, message snowflake.ID) {
	c := s.mustChannel(channel)
	c.guild.mu.Lock()
	defer c.guild.mu.Unlock()
	i, ok := c.rows.find(message)
	if !ok {
		panic("discordtest: no message " + message.String())
	}
	x := extra{}
	if old := c.rows.extraOf(c.rows.list[i]); old != nil {
		x = *old
	}
	x.edited = s.Now().UnixMicro()
	c.rows.replace(i, &x)
	c.guild.publishMessage("MESSAGE_UPDATE", c, i, false)
}

// Delete deletes messages: MESSAGE_DELETE for one, MESSAGE_DELETE_BULK for several. Events go out
// for ids that were never there too.
func (s *Server) Delete(channel snowflake.ID, ids ...snowflake.ID) {
	c := s.mustChannel(channel)
	c.guild.mu.Lock()
	defer c.guild.mu.Unlock()
	c.guild.delete(c, true, ids...)
}

// DeleteQuietly deletes messages as if nobody listened.
func (s *Server) DeleteQuietly(channel snowflake.ID, ids ...snowflake.ID) {
	c := s.mustChannel(channel)
	c.guild.mu.Lock()
	defer c.guild.mu.Unlock()
	c.guild.delete(c, false, ids...)
}

func (g *Guild) delete(c *channel, tell bool, ids ...snowflake.ID) {
	for _, id := range ids {
		c.rows.remove(id)
	}
	if !tell || len(ids) == 0 || !c.readable() {
		return
	}
	d := map[string]any{"channel_id": c.id}
	intent := IntentDirectMessages
	if g.id != 0 {
		d["guild_id"], intent = g.id, IntentGuildMessages
	}
	if len(ids) == 1 {
		d["id"] = ids[0]
		g.publish(intent, "MESSAGE_DELETE", d)
		return
	}
	d["ids"] = ids
	g.publish(intent, "MESSAGE_DELETE_BULK", d)
}

// publishMessage sends a message event for row i of a channel. g.mu is held.
func (g *Guild) publishMessage(t string, c *channel, i int, private bool) {
	g.publishRow(t, c, g.view(c, i), private)
}

// publishRow sends a message event to the sessions that may have it. private: it is for the user
// alone, so it has no guild_id and needs DIRECT_MESSAGES.
func (g *Guild) publishRow(t string, c *channel, v view, private bool) {
	if !c.readable() {
		return
	}
	intent := IntentGuildMessages
	if private || g.id == 0 {
		intent = IntentDirectMessages
	}
	m := g.marshaller(c)
	if intent == IntentGuildMessages {
		m.guild, m.member = g.id, g.members[m.people[v.row.author].id]
	}
	g.s.hub.publish(g, intent, t, func(content bool) []byte {
		m.content = content || g.id == 0
		return m.append(make([]byte, 0, 768), &v)
	})
}
