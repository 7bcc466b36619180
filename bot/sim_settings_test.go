package bot

import (
	"slices"
	"time"

	"tally/bot/discordtest"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// settings changes what counts, or leaves a channel, thread or category out, or takes one in. Channels move into the
// category and out of it.
func (s *sim) settings() {
	g := s.guild()
	some := func() snowflake.ID { return g.channels[s.rng.IntN(len(g.channels))].id }
	switch s.rng.IntN(8) {
	case 0, 1:
		s.commandIn(g, "settings count", map[string]any{
			"bots": s.rng.IntN(2) == 0, "webhooks": s.rng.IntN(2) == 0, "commands": s.rng.IntN(3) == 0, "deleted": s.rng.IntN(4) == 0,
		})
	case 2, 3:
		s.commandIn(g, "settings exclude", map[string]any{"channel": some()})
	case 5:
		if g.category == 0 {
			g.category = g.AddChannel(discordtest.ChannelSpec{Name: "category", Type: discordtest.Category})
			s.sleep(time.Second) // nobody chooses what he doesn't see
		}
		s.commandIn(g, []string{"settings exclude", "settings exclude", "settings include"}[s.rng.IntN(3)], map[string]any{"channel": g.category})
	case 6, 7:
		if c := s.channel(g); c.parent == 0 {
			g.MoveChannel(c.id, []snowflake.ID{g.category, 0}[s.rng.IntN(2)])
			s.tally.add("channels moved", 1)
		}
	case 4:
		s.commandIn(g, "settings include", []map[string]any{{"channel": some()}, {"all": true}}[s.rng.IntN(2)])
	}
}

// machine notes what only some settings count.
func (g *simGuild) machine(m discordtest.Message) {
	switch {
	case m.Webhook != 0:
		g.sent[m.Webhook]++
	case m.Author == g.bot:
		g.sent[g.bot]++
	}
}

// rulesOf are the rules by which the truth is counted under a guild's settings.
func rulesOf(s eventlog.Settings) discordtest.Rules {
	return discordtest.Rules{Bots: s.Bots, Webhooks: s.Webhooks, Commands: s.Commands, Excluded: slices.Concat(s.Excluded, s.Categories)}
}

// existing returns how many messages of each channel exist and count, whatever of the deleted ones is shown.
func existing(p *projections.Guild, log *eventlog.Log) (map[snowflake.ID]int, error) {
	channels := map[snowflake.ID]int{}
	if !p.Settings().Deleted {
		for _, c := range p.Channels() {
			channels[c.Channel] = int(c.Messages)
		}
		return channels, nil
	}
	_, err := projections.EachCounted(log, p.ID, p.Position(), func(channel, _, _ snowflake.ID) { channels[channel]++ })
	return channels, err
}
