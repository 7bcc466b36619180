package discordtest

// SetOutage makes the guild unavailable (GUILD_DELETE with unavailable: true) or available again
// (GUILD_CREATE). Messages sent meanwhile are in the history only.
func (g *Guild) SetOutage(on bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.gone || g.outage == on {
		return
	}
	if on {
		g.publish(IntentGuilds, "GUILD_DELETE", map[string]any{"id": g.id, "unavailable": true})
		g.s.hub.forget(g.id)
		g.outage = true
		return
	}
	g.outage = false
	g.s.hub.startGuild(g)
}

// RemoveBot takes the bot out of the guild: GUILD_DELETE, and from then on REST answers 403 50001.
func (g *Guild) RemoveBot() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.gone {
		return
	}
	g.publish(IntentGuilds, "GUILD_DELETE", map[string]any{"id": g.id})
	g.s.hub.forget(g.id)
	g.gone = true
	delete(g.members, g.s.bot)
	g.refreshQuiet()
}

// ReturnBot brings a removed bot back: GUILD_CREATE.
func (g *Guild) ReturnBot() {
	g.mu.Lock()
	if g.gone {
		g.gone = false
		g.joined = g.s.Now()
		g.members[g.s.bot] = &member{joined: g.joined}
		g.members[g.s.bot].roles = append(g.members[g.s.bot].roles, g.botRole)
		g.refreshQuiet()
	}
	g.mu.Unlock()
	g.publishGuild()
}

// publishGuild sends GUILD_CREATE to every session that doesn't know the guild yet.
func (g *Guild) publishGuild() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.gone && !g.outage {
		g.s.hub.startGuild(g)
	}
}
