package discordtest

import (
	"strconv"

	"tally/eventlog/snowflake"
)

// view is a message copied out of its channel, with the message that it refers to. It can be
// written without a lock.
type view struct {
	row row
	x   *extra
	// target: 0 none, 1 refers to ref, 2 to a deleted message, 3 to one of which nothing is known.
	target     int
	refChannel snowflake.ID
	refMessage snowflake.ID
	ref        row
	refX       *extra
}

// view copies row i of a channel. g.mu is held.
func (g *Guild) view(c *channel, i int) view {
	r := c.rows.list[i]
	v := view{row: r, x: c.rows.extraOf(r)}
	switch {
	case r.ref != 0:
		v.point(c, i-int(r.ref))
	case v.x != nil && v.x.refMessage != 0:
		v.target, v.refChannel, v.refMessage = 3, v.x.refChannel, v.x.refMessage
		if from := g.channels[v.x.refChannel]; from != nil {
			if j, ok := from.rows.findAny(v.x.refMessage); ok {
				v.point(from, j)
			}
		}
	}
	return v
}

func (v *view) point(c *channel, i int) {
	v.ref = c.rows.list[i]
	v.refX = c.rows.extraOf(v.ref)
	v.target, v.refChannel, v.refMessage = 1, c.id, v.ref.id
	if v.ref.dead {
		v.target = 2
	}
}

// marshaller writes the messages of one channel as JSON.
type marshaller struct {
	users   [][]byte
	people  []user
	bot     uint32
	channel snowflake.ID
	home    snowflake.ID // the channel's guild
	kind    int
	content bool // the reader may see contents

	guild  snowflake.ID // on the gateway: the guild, not 0
	member *member      // on the gateway: the author's membership
}

// marshaller prepares for the messages of a channel. g.mu is held.
func (g *Guild) marshaller(c *channel) marshaller {
	people := g.s.users.snapshot()
	return marshaller{
		users: g.s.users.jsons(), people: people, channel: c.id, home: g.id, kind: c.kind,
		content: g.id == 0 || g.s.opts.AllowedIntents&IntentMessageContent != 0,
	}
}

// append writes a message with every member that Discord always sends.
func (m *marshaller) append(b []byte, v *view) []byte {
	b = m.plain(b, m.channel, v.row, v.x)
	b = m.reference(b, v)
	if m.guild != 0 {
		b = append(b, `,"guild_id":`...)
		b = appendID(b, m.guild)
		b = append(b, `,"channel_type":`...)
		b = strconv.AppendInt(b, int64(m.kind), 10)
		b = m.appendMember(b)
	} else if m.home == 0 {
		b = append(b, `,"channel_type":1`...)
	}
	return append(b, '}')
}

// plain writes a message without what refers to others and without the closing brace.
func (m *marshaller) plain(b []byte, channel snowflake.ID, r row, x *extra) []byte {
	b = append(b, `{"type":`...)
	b = strconv.AppendUint(b, uint64(r.kind), 10)
	b = m.texts(b, r, x)
	b = append(b, `,"timestamp":`...)
	b = appendTime(b, r.id.Ms()*1000)
	b = append(b, `,"edited_timestamp":`...)
	if x != nil && x.edited != 0 {
		b = appendTime(b, x.edited)
	} else {
		b = append(b, "null"...)
	}
	b = append(b, `,"flags":`...)
	b = strconv.AppendUint(b, uint64(r.flags), 10)
	b = append(b, `,"id":`...)
	b = appendID(b, r.id)
	b = append(b, `,"channel_id":`...)
	b = appendID(b, channel)
	b = append(b, `,"author":`...)
	b = append(b, m.users[r.author]...)
	b = append(b, `,"pinned":false,"mention_everyone":false,"tts":false`...)
	if m.people[r.author].webhook {
		b = append(b, `,"webhook_id":`...)
		b = appendID(b, m.people[r.author].id)
	}
	if x != nil {
		b = m.more(b, x)
	}
	return b
}

// texts writes what the MESSAGE_CONTENT intent guards, and the mentions.
func (m *marshaller) texts(b []byte, r row, x *extra) []byte {
	if x == nil {
		return append(b, `,"content":"","mentions":[],"mention_roles":[],"attachments":[],"embeds":[],"components":[]`...)
	}
	open := m.content || r.author == m.bot
	b = append(b, `,"mentions":[`...)
	for i, u := range x.mentions {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, m.users[u]...)
		open = open || u == m.bot
	}
	b = append(b, `],"mention_roles":[]`...)
	if !open {
		return append(b, `,"content":"","attachments":[],"embeds":[],"components":[]`...)
	}
	b = append(b, `,"content":`...)
	b = appendString(b, x.content)
	b = append(b, `,"attachments":`...)
	b = appendFiles(b, x.files)
	b = append(b, `,"embeds":`...)
	b = appendArray(b, x.embeds)
	b = append(b, `,"components":`...)
	return appendArray(b, x.components)
}

// more writes the members that few messages have.
func (m *marshaller) more(b []byte, x *extra) []byte {
	if x.webhook != 0 {
		b = append(b, `,"webhook_id":`...)
		b = appendID(b, x.webhook)
		b = append(b, `,"application_id":`...)
		b = appendID(b, x.webhook)
	}
	if x.interaction != 0 {
		b = append(b, `,"interaction_metadata":{"id":`...)
		b = appendID(b, x.interaction)
		b = append(b, `,"type":2,"user":`...)
		b = append(b, m.users[x.asker]...)
		b = append(b, `,"authorizing_integration_owners":{}}`...)
	}
	if x.raw != "" {
		b = append(b, ',')
		b = append(b, x.raw...)
	}
	return b
}

func (m *marshaller) reference(b []byte, v *view) []byte {
	if v.target == 0 {
		return b
	}
	b = append(b, `,"message_reference":{"type":0,"channel_id":`...)
	b = appendID(b, v.refChannel)
	b = append(b, `,"message_id":`...)
	b = appendID(b, v.refMessage)
	if m.home != 0 {
		b = append(b, `,"guild_id":`...)
		b = appendID(b, m.home)
	}
	b = append(b, '}')
	switch v.target {
	case 1:
		b = append(b, `,"referenced_message":`...)
		b = m.plain(b, v.refChannel, v.ref, v.refX)
		b = append(b, '}')
	case 2:
		b = append(b, `,"referenced_message":null`...)
	}
	return b
}

func (m *marshaller) appendMember(b []byte) []byte {
	if m.member == nil {
		return b
	}
	b = append(b, `,"member":{"roles":[`...)
	for i, r := range m.member.roles {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendID(b, r)
	}
	b = append(b, `],"joined_at":`...)
	b = appendTime(b, m.member.joined.UnixMicro())
	return append(b, `,"premium_since":null,"nick":null,"avatar":null,"pending":false,"deaf":false,"mute":false,"flags":0}`...)
}

func appendArray(b, array []byte) []byte {
	if len(array) == 0 {
		return append(b, "[]"...)
	}
	return append(b, array...)
}

func appendFiles(b []byte, files []File) []byte {
	b = append(b, '[')
	for i, f := range files {
		if i > 0 {
			b = append(b, ',')
		}
		id := strconv.Itoa(i + 1)
		b = append(b, `{"id":"`+id+`","filename":`...)
		b = appendString(b, f.Name)
		b = append(b, `,"size":`+strconv.Itoa(len(f.Data))+`,"url":"http://cdn.invalid/`+id+`","proxy_url":"http://cdn.invalid/`+id+`"}`...)
	}
	return append(b, ']')
}
