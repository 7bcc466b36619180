package catchup

import (
	"context"
	"slices"

	"tally/bot/discord"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// Access is called when what the bot may see can have changed. For a channel that it doesn't hear any more a
// gap is opened, which is read when the bot is let in again; and so is one for a channel that it was let
// into before it knew of it. It must be called before the gate is given anything that came later.
func (c *Catchup) Access(ctx context.Context) error {
	lost, let := map[snowflake.ID]bool{}, map[snowflake.ID]bool{}
	for _, ch := range c.heardAlone() {
		heard, known := c.sees[ch.ID]
		now := c.hears(ch)
		c.sees[ch.ID] = now
		switch {
		case !now && (heard || !known):
			lost[ch.ID] = true
		case now && !known && ch.LastMessage != 0: // else it has just been made
			let[ch.ID] = true
		}
	}
	if len(lost)+len(let) == 0 {
		return nil
	}
	surely, err := c.surely()
	if err != nil {
		return err
	}
	return c.Gate.Tell(ctx, func(g *projections.Guild) []eventlog.Body {
		after := map[snowflake.ID]snowflake.ID{}
		for id := range let {
			if from := letInAfter(g, id, surely); from != 0 {
				after[id] = from
			}
		}
		after = lacking(g, after)
		for id := range lost { // also if one is open: that may have been read by now, and be about to be closed
			after[id] = surely
		}
		return opened(g, after)
	})
}

// letInAfter returns the id after which a channel that has just turned up must be read; 0: an import will.
func letInAfter(g *projections.Guild, id, surely snowflake.ID) snowflake.ID {
	imp := g.Committed()
	if imp == nil {
		imp = g.Running()
	}
	cutoff, _ := g.Cutoff(id)
	switch {
	case cutoff != 0: // an import has read it up to there
		return snowflake.At(cutoff.Time().Add(-overlap))
	case imp == nil:
		return surely
	case id >= imp.Cutoff: // it was made after the import
		return id - 1
	}
	return 0
}

// heardAlone returns the channels that rights decide about one by one: public threads go with theirs.
func (c *Catchup) heardAlone() []discord.Channel {
	return slices.DeleteFunc(c.Directory.Channels(), func(ch discord.Channel) bool {
		public := ch.IsThread() && ch.Type != discord.ChannelPrivateThread
		return public || !ch.HoldsMessages() && !ch.HoldsThreads()
	})
}

// hears reports whether the gateway tells what happens in a channel.
func (c *Catchup) hears(ch discord.Channel) bool {
	return c.Directory.Permissions(ch).Has(discord.ViewChannel)
}
