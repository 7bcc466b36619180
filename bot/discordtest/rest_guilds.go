package discordtest

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"

	"tally/eventlog/snowflake"
)

func (s *Server) guildRoutes() []route {
	return []route{
		{method: "GET", pattern: "/gateway", handle: (*call).gateway, open: true, exempt: true},
		{method: "GET", pattern: "/gateway/bot", handle: (*call).gatewayBot},
		{method: "GET", pattern: "/users/{u}", handle: (*call).user},
		{method: "GET", pattern: "/users/@me/guilds", handle: (*call).myGuilds},
		{method: "GET", pattern: "/applications/@me", handle: (*call).application},
		{method: "GET", pattern: "/oauth2/applications/@me", handle: (*call).application},
		{method: "GET", pattern: "/guilds/{g}", handle: (*call).guild},
		{method: "GET", pattern: "/guilds/{g}/channels", handle: (*call).guildChannels},
		{method: "GET", pattern: "/guilds/{g}/roles", handle: (*call).guildRoles},
		{method: "GET", pattern: "/guilds/{g}/members/{u}", handle: (*call).guildMember},
		{method: "GET", pattern: "/guilds/{g}/threads/active", handle: (*call).activeThreads},
		{method: "GET", pattern: "/guilds/{g}/messages/search", handle: (*call).search},
	}
}

func (c *call) gateway() *apiError {
	return c.reply(http.StatusOK, map[string]string{"url": c.s.gatewayURL()})
}

func (c *call) gatewayBot() *apiError {
	return c.reply(http.StatusOK, map[string]any{
		"url": c.s.gatewayURL(), "shards": 1, "session_start_limit": map[string]int{
			"total": maxIdentifies, "remaining": c.s.hub.identifiesLeft(), "reset_after": 86_400_000, "max_concurrency": 1,
		},
	})
}

// userID reads a user's id, or @me.
func (c *call) userID() (snowflake.ID, *apiError) {
	if c.r.PathValue("u") == "@me" {
		return c.s.bot, nil
	}
	return c.id("u")
}

func (c *call) user() *apiError {
	id, err := c.userID()
	if err != nil {
		return err
	}
	n, ok := c.s.users.find(id)
	if !ok {
		return errUnknownUser
	}
	return c.raw(http.StatusOK, c.s.users.jsons()[n])
}

// myGuilds lists the guilds that the bot is in by rising id, those after the parameter "after".
func (c *call) myGuilds() *apiError {
	limit, after := 200, snowflake.ID(0)
	q := c.r.URL.Query()
	if v := q.Get("limit"); v != "" {
		var err *apiError
		if limit, err = c.limitIn(v, 1, 200); err != nil {
			return err
		}
	}
	if v := q.Get("after"); v != "" {
		var err error
		if after, err = snowflake.Parse(v); err != nil {
			return formError("after", "NUMBER_TYPE_COERCE", `Value "`+v+`" is not snowflake.`)
		}
	}
	list := []map[string]any{}
	guilds := c.s.Guilds()
	slices.SortFunc(guilds, func(a, b *Guild) int { return cmp.Compare(a.id, b.id) })
	for _, g := range guilds {
		g.mu.RLock()
		if !g.gone && g.id > after && len(list) < limit {
			list = append(list, map[string]any{
				"id": g.id, "name": g.name, "icon": nil, "owner": false,
				"permissions": g.base(c.s.bot), "features": []string{},
			})
		}
		g.mu.RUnlock()
	}
	return c.reply(http.StatusOK, list)
}

func (c *call) application() *apiError {
	return c.reply(http.StatusOK, map[string]any{
		"id": c.s.bot, "name": "tally", "icon": nil, "description": "", "bot_public": false,
		"bot_require_code_grant": false, "flags": c.s.applicationFlags(), "verify_key": "", "bot": json.RawMessage(c.s.users.jsons()[0]),
	})
}

// inGuild finds the path's guild and calls f with its lock held for reading.
func (c *call) inGuild(f func(g *Guild) (any, *apiError)) *apiError {
	id, err := c.id("g")
	if err != nil {
		return err
	}
	g := c.s.Guild(id)
	if g == nil {
		return errUnknownGuild
	}
	body, err := func() (any, *apiError) {
		g.mu.RLock()
		defer g.mu.RUnlock()
		if g.gone {
			return nil, errMissingAccess
		}
		v, err := f(g)
		if err != nil {
			return nil, err
		}
		return json.RawMessage(mustJSON(v)), nil
	}()
	if err != nil {
		return err
	}
	return c.reply(http.StatusOK, body)
}

func (c *call) guild() *apiError {
	return c.inGuild(func(g *Guild) (any, *apiError) { return g.guildJSON(), nil })
}

func (c *call) guildRoles() *apiError {
	return c.inGuild(func(g *Guild) (any, *apiError) { return g.roles, nil })
}

// guildChannels lists what the bot can view, without threads.
func (c *call) guildChannels() *apiError {
	return c.inGuild(func(g *Guild) (any, *apiError) {
		list := []channelJSON{}
		for _, ch := range g.order {
			if ch.visible && ch.thread == nil {
				list = append(list, g.channelJSON(ch))
			}
		}
		return list, nil
	})
}

func (c *call) guildMember() *apiError {
	u, err := c.userID()
	if err != nil {
		return err
	}
	return c.inGuild(func(g *Guild) (any, *apiError) {
		if g.members[u] == nil {
			return nil, errUnknownMember
		}
		return g.memberJSON(u), nil
	})
}

// activeThreads lists all active threads that the bot sees, by falling id.
func (c *call) activeThreads() *apiError {
	return c.inGuild(func(g *Guild) (any, *apiError) {
		list := g.threads(func(ch *channel) bool { return !ch.thread.archived })
		slices.SortFunc(list, byIDDown)
		d := g.threadList(list)
		d["has_more"] = false
		return d, nil
	})
}

func byIDDown(a, b *channel) int {
	switch {
	case a.id > b.id:
		return -1
	case a.id < b.id:
		return 1
	}
	return 0
}
