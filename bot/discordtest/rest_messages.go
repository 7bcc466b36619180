package discordtest

import (
	"net/http"
	"strings"

	"tally/eventlog/snowflake"
)

func (s *Server) messageRoutes() []route {
	return []route{
		{method: "GET", pattern: "/channels/{c}/messages", handle: (*call).history, page: true},
		{method: "POST", pattern: "/channels/{c}/messages", handle: (*call).postMessage},
		{method: "GET", pattern: "/channels/{c}/messages/{m}", handle: (*call).getMessage},
		{method: "PATCH", pattern: "/channels/{c}/messages/{m}", handle: (*call).patchMessage},
		{method: "DELETE", pattern: "/channels/{c}/messages/{m}", handle: (*call).deleteMessage},
	}
}

// message reads the body of a message, checks it, and notes if it could ping.
func (c *call) message() (*payload, *apiError) {
	p := &payload{}
	files, err := c.body(p)
	if err != nil {
		return nil, err
	}
	if err := p.finish(c, files); err != nil {
		return nil, err
	}
	c.s.watchPing(c, p)
	return p, nil
}

// watchPing notes a message that leaves it to Discord whom to ping. An edit pings nobody.
func (s *Server) watchPing(c *call, p *payload) {
	if c.r.Method != http.MethodPatch && p.couldPing() {
		s.viol.add(`rest: %s %s without allowed_mentions {"parse":[]}`, c.r.Method, c.route.pattern)
	}
}

func (c *call) postMessage() *apiError {
	ch, err := c.readableChannel()
	if err != nil {
		return err
	}
	p, err := c.message()
	if err != nil {
		return err
	}
	g := ch.guild
	g.mu.Lock()
	need := PermSendMessages
	if ch.thread != nil {
		need = PermSendInThreads
	}
	switch {
	case !ch.holds():
		err = errNonText
	case ch.perms&need == 0:
		err = errMissingPermissions
	case p.empty():
		err = errEmptyMessage
	}
	if err != nil {
		g.mu.Unlock()
		return err
	}
	m := Message{Author: c.s.bot, Flags: p.Flags}
	if p.Reference != nil {
		if id, perr := snowflake.Parse(strings.Trim(string(p.Reference.MessageID), `"`)); perr == nil {
			m.Type, m.Reference = 19, id
		}
	}
	if isSet(p.Nonce) {
		m.JSON = `"nonce":` + string(p.Nonce)
	}
	b := g.sendBody(ch, m, p, nil)
	g.mu.Unlock()
	return c.raw(http.StatusOK, b)
}

// sendBody stores and dispatches a message that the bot wrote and returns its JSON. g.mu is held.
func (g *Guild) sendBody(ch *channel, m Message, p *payload, more func(*row, *extra)) []byte {
	r, x := g.newRow(ch, m)
	if x == nil {
		x = &extra{}
	}
	p.into(x)
	if more != nil {
		more(&r, x)
	}
	g.unarchive(ch, true)
	i := ch.rows.insert(r, x)
	if ch.thread != nil {
		ch.thread.sent++
	}
	g.publishMessage("MESSAGE_CREATE", ch, i, false)
	g.s.inter.news.fire()
	return g.json(ch, i)
}

// json is a message as REST shows it. g.mu is held.
func (g *Guild) json(ch *channel, i int) []byte {
	v := g.view(ch, i)
	m := g.marshaller(ch)
	return m.append(nil, &v)
}

// onMessage finds the path's message and calls f with the guild's lock held.
func (c *call) onMessage(f func(g *Guild, ch *channel, i int) (int, []byte, *apiError)) *apiError {
	ch, err := c.readableChannel()
	if err != nil {
		return err
	}
	id, err := c.id("m")
	if err != nil {
		return err
	}
	g := ch.guild
	status, b, err := func() (int, []byte, *apiError) {
		g.mu.Lock()
		defer g.mu.Unlock()
		i, ok := ch.rows.find(id)
		if !ok {
			return 0, nil, errUnknownMessage
		}
		return f(g, ch, i)
	}()
	switch {
	case err != nil:
		return err
	case b == nil:
		return c.reply(status, nil)
	}
	return c.raw(status, b)
}

func (c *call) getMessage() *apiError {
	return c.onMessage(func(g *Guild, ch *channel, i int) (int, []byte, *apiError) {
		if ch.perms&PermReadMessageHistory == 0 {
			return 0, nil, errMissingAccess
		}
		return http.StatusOK, g.json(ch, i), nil
	})
}

func (c *call) patchMessage() *apiError {
	p, err := c.message()
	if err != nil {
		return err
	}
	return c.onMessage(func(g *Guild, ch *channel, i int) (int, []byte, *apiError) {
		if g.s.users.get(ch.rows.list[i].author).id != g.s.bot {
			return 0, nil, errNotAuthor
		}
		g.edit(ch, i, p)
		return http.StatusOK, g.json(ch, i), nil
	})
}

// edit puts a payload over a stored message and sends MESSAGE_UPDATE. g.mu is held.
func (g *Guild) edit(ch *channel, i int, p *payload) {
	x := extra{}
	if old := ch.rows.extraOf(ch.rows.list[i]); old != nil {
		x = *old
	}
	p.into(&x)
	x.edited = g.s.Now().UnixMicro()
	ch.rows.replace(i, &x)
	ch.rows.list[i].flags &^= FlagLoading
	g.publishMessage("MESSAGE_UPDATE", ch, i, false)
	g.s.inter.news.fire()
}

func (c *call) deleteMessage() *apiError {
	return c.onMessage(func(g *Guild, ch *channel, i int) (int, []byte, *apiError) {
		r := ch.rows.list[i]
		if g.s.users.get(r.author).id != g.s.bot && ch.perms&PermManageMessages == 0 {
			return 0, nil, errMissingPermissions
		}
		g.delete(ch, true, r.id)
		return http.StatusNoContent, nil, nil
	})
}
