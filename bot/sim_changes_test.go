package bot

import (
	"slices"
	"testing/synctest"
	"time"

	"tally/bot/discordtest"
	"tally/eventlog/snowflake"
)

// healthy reports whether what happens now in a guild comes to the bot for certain, at once.
func (s *sim) healthy(g *simGuild) bool {
	synctest.Wait()
	if time.Since(s.trouble) < 10*time.Second || s.life == nil || g.out || s.life.crashIn.Load() > 0 || len(s.life.crashed)+len(s.life.ended) > 0 {
		return false
	}
	all := s.Sessions()
	_, known := s.life.bot.Guild(g.ID())
	return known && len(all) == 1 && all[0].Connected && all[0].Unsent == 0 && all[0].Heartbeats > 0
}

func (s *sim) delete(n int) {
	g := s.guild()
	c := s.channel(g)
	if len(c.messages) == 0 {
		return
	}
	reach := []int{4 * n, len(c.messages)}[s.rng.IntN(2)]
	var ids []snowflake.ID
	for range min(n, len(c.messages)) {
		at := len(c.messages) - 1 - s.rng.IntN(min(len(c.messages), reach))
		ids = append(ids, c.messages[at])
		c.messages = slices.Delete(c.messages, at, at+1)
	}
	s.log.Info("deletes", "channel", c.id, "ids", ids)
	s.Delete(c.id, ids...)
	s.tally.add("deletes", len(ids))
}

// deleteInFlight deletes while an import's pages are on their way.
func (s *sim) deleteInFlight() {
	s.command("import-messages", map[string]any{"force": s.rng.IntN(2) == 0})
	for range 8 {
		time.Sleep(time.Duration(s.rng.IntN(30)) * time.Millisecond)
		s.delete(1 + s.rng.IntN(8))
	}
}

func (s *sim) archive() {
	g := s.guild()
	c := s.channel(g)
	if c.parent == 0 {
		return
	}
	if c.archived {
		g.UnarchiveThread(c.id)
	} else {
		g.ArchiveThread(c.id, time.Time{})
	}
	c.archived = !c.archived
}

func (s *sim) deleteChannel() {
	g := s.guild()
	at := 1 + s.rng.IntN(max(1, len(g.channels)-1))
	if at >= len(g.channels) {
		return
	}
	id := g.channels[at].id
	s.log.Info("deletes a channel", "channel", id, "thread", g.channels[at].parent != 0)
	g.DeleteChannel(id)
	g.channels = slices.DeleteFunc(g.channels, func(c *simChannel) bool { return c.id == id || c.parent == id })
	s.tally.add("channels deleted", 1)
}

// permission takes away or gives back the right to read a channel's history, or to see the channel.
func (s *sim) permission() {
	g := s.guild()
	c := s.channel(g)
	if c.parent != 0 {
		return
	}
	if c.denied == 0 {
		s.deny(g, c, []discordtest.Permissions{discordtest.PermReadMessageHistory, discordtest.PermViewChannel}[s.rng.IntN(2)])
		return
	}
	s.allow(g, c)
}

func (s *sim) allow(g *simGuild, c *simChannel) {
	s.tally.add("permission changed", 1)
	s.log.Info("a permission comes back", "channel", c.id, "denied", c.denied)
	g.AllowBot(c.id, c.denied)
	c.denied = 0
}

func (s *sim) deny(g *simGuild, c *simChannel, p discordtest.Permissions) {
	s.tally.add("permission changed", 1)
	s.log.Info("a permission is taken", "channel", c.id, "denied", p)
	c.denied = p
	g.DenyBot(c.id, p)
}
