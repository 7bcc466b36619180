package archive

import (
	"context"

	"tally/bot/discord"
	"tally/bot/gate"
	"tally/eventlog/snowflake"
)

// Gates takes messages into the log, through the gate of their guild. It is called with each guild that comes
// up, any number of times.
type Gates func(guild snowflake.ID) (*gate.Gate, error)

// Take gives messages to the gate, and returns when they are durable and counted.
func (open Gates) Take(ctx context.Context, p Place, messages []discord.Message) (gate.Taken, error) {
	g, err := open(p.Guild)
	if err != nil {
		return gate.Taken{}, err
	}
	if p.Parent != 0 {
		if err := g.Thread(ctx, p.Channel, p.Parent); err != nil {
			return gate.Taken{}, err
		}
	}
	return g.Archive(ctx, p.Channel, messages)
}
