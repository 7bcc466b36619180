package discordtest

import (
	"net/http"
	"slices"
	"time"

	"tally/eventlog/snowflake"
)

func (s *Server) channelRoutes() []route {
	return []route{
		{method: "GET", pattern: "/channels/{c}", handle: (*call).channel},
		{method: "GET", pattern: "/channels/{c}/threads/archived/public", handle: (*call).archivedPublic},
		{method: "GET", pattern: "/channels/{c}/threads/archived/private", handle: (*call).archivedPrivate},
		{method: "GET", pattern: "/channels/{c}/users/@me/threads/archived/private", handle: (*call).archivedJoined},
		{method: "PUT", pattern: "/channels/{c}/thread-members/@me", handle: (*call).joinThread},
		{method: "DELETE", pattern: "/channels/{c}/thread-members/@me", handle: (*call).leaveThread},
	}
}

func (c *call) channel() *apiError {
	id, err := c.id("c")
	if err != nil {
		return err
	}
	ch, ok := c.s.channelOf(id)
	if !ok {
		return errUnknownChannel
	}
	ch.guild.mu.RLock()
	visible, j := ch.visible, ch.guild.channelJSON(ch)
	ch.guild.mu.RUnlock()
	if !visible {
		return errMissingAccess
	}
	return c.reply(http.StatusOK, j)
}

func (c *call) archivedPublic() *apiError {
	return c.archived(PermReadMessageHistory, func(ch *channel) bool { return ch.kind != PrivateThread })
}

func (c *call) archivedPrivate() *apiError {
	return c.archived(PermReadMessageHistory|PermManageThreads, func(ch *channel) bool { return ch.kind == PrivateThread })
}

// archived lists a channel's archived threads by falling archive_timestamp, those strictly before
// the parameter "before".
func (c *call) archived(need Permissions, want func(*channel) bool) *apiError {
	limit, err := c.threadLimit()
	if err != nil {
		return err
	}
	var before time.Time
	if v := c.r.URL.Query().Get("before"); v != "" {
		var perr error
		if before, perr = time.Parse(time.RFC3339Nano, v); perr != nil {
			return formError("before", "DATE_TIME_TYPE_PARSE", `Could not parse `+v+`. Should be ISO8601.`)
		}
	}
	return c.listThreads(need, limit, func(ch *channel) bool {
		return want(ch) && (before.IsZero() || ch.thread.stamp.Truncate(time.Microsecond).Before(before))
	}, func(a, b *channel) int {
		if d := b.thread.stamp.Truncate(time.Microsecond).Compare(a.thread.stamp.Truncate(time.Microsecond)); d != 0 {
			return d
		}
		return byIDDown(a, b)
	})
}

// archivedJoined lists the archived private threads that the bot is in; "before" is a thread's id.
func (c *call) archivedJoined() *apiError {
	limit, err := c.threadLimit()
	if err != nil {
		return err
	}
	before := ^snowflake.ID(0)
	if v := c.r.URL.Query().Get("before"); v != "" {
		var perr error
		if before, perr = snowflake.Parse(v); perr != nil {
			return formError("before", "NUMBER_TYPE_COERCE", `Value "`+v+`" is not snowflake.`)
		}
	}
	return c.listThreads(PermReadMessageHistory, limit, func(ch *channel) bool {
		return ch.kind == PrivateThread && ch.thread.members[c.s.bot] && ch.id < before
	}, byIDDown)
}

func (c *call) threadLimit() (int, *apiError) {
	if v := c.r.URL.Query().Get("limit"); v != "" {
		return c.limitIn(v, 2, 100)
	}
	return 50, nil
}

// listThreads answers with one page of the path's channel's archived threads.
func (c *call) listThreads(need Permissions, limit int, want func(*channel) bool, order func(a, b *channel) int) *apiError {
	parent, err := c.readableChannel()
	if err != nil {
		return err
	}
	g := parent.guild
	g.mu.RLock()
	if parent.perms&need != need {
		g.mu.RUnlock()
		return errMissingAccess
	}
	list := g.threads(func(ch *channel) bool { return ch.parent == parent.id && ch.thread.archived && want(ch) })
	slices.SortFunc(list, order)
	more := len(list) > limit
	d := g.threadList(list[:min(limit, len(list))])
	g.mu.RUnlock()
	d["has_more"] = more
	return c.reply(http.StatusOK, d)
}

func (c *call) joinThread() *apiError { return c.membership(true) }

func (c *call) leaveThread() *apiError { return c.membership(false) }

func (c *call) membership(in bool) *apiError {
	ch, err := c.readableChannel()
	if err != nil {
		return err
	}
	g := ch.guild
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case ch.thread == nil:
		return errWrongType
	case ch.thread.archived:
		return errThreadArchived
	case in && !ch.thread.members[g.s.bot]:
		ch.thread.members[g.s.bot] = true
		g.publish(IntentGuilds, "THREAD_CREATE", g.channelJSON(ch)) // without newly_created
	case !in:
		delete(ch.thread.members, g.s.bot)
		g.refreshQuiet()
	}
	return c.reply(http.StatusNoContent, nil)
}
