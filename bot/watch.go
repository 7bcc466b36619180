package bot

import (
	"maps"
	"slices"

	"tally/eventlog/snowflake"
	"tally/projections"
)

// Connected reports whether the gateway's connection stands: what is sent is heard.
func (b *Bot) Connected() bool { return b.connected.Load() }

// EachGuild calls look with the count of each guild that the bot is in, by id. It must not be kept or
// changed; the guild's writer waits meanwhile.
func (b *Bot) EachGuild(look func(*projections.Guild)) {
	for _, g := range b.known() {
		g.Gate.View(look)
	}
}

// Name returns the name of a guild, or of a channel or thread, that the bot knows of, or "".
func (b *Bot) Name(id snowflake.ID) string {
	for _, g := range b.known() {
		if g.Guild == id {
			return g.Directory.Name()
		}
		if c, ok := g.Directory.Channel(id); ok {
			return c.Name
		}
	}
	return ""
}

func (b *Bot) known() []*guild {
	b.mu.Lock()
	defer b.mu.Unlock()
	var guilds []*guild
	for _, id := range slices.Sorted(maps.Keys(b.guilds)) {
		guilds = append(guilds, b.guilds[id])
	}
	return guilds
}
