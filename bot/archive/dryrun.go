package archive

import (
	"context"

	"tally/bot/discord"
	"tally/bot/gate"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// DryRun tells what Gates would, and writes nothing to the log. What the log doesn't hold goes into another
// one that is thrown away afterwards, so what the files hold twice is seen, however much it is.
type DryRun struct {
	Log     *eventlog.Log // nil: there is none yet
	Scratch Gates         // of the log to be thrown away

	states map[snowflake.ID]*projections.Guild
}

// Take tells what would come of messages.
func (d *DryRun) Take(ctx context.Context, p Place, messages []discord.Message) (gate.Taken, error) {
	state, err := d.state(p.Guild)
	if err != nil {
		return gate.Taken{}, err
	}
	fresh := messages
	if d.Log != nil {
		if fresh, err = gate.NotHeld(d.Log, p.Guild, p.Channel, messages); err != nil {
			return gate.Taken{}, err
		}
	}
	taken, err := d.Scratch.Take(ctx, p, fresh)
	taken.Counting = gate.Counting(state, p.Channel, taken.New)
	return taken, err
}

// state is a guild's count as the log has it.
func (d *DryRun) state(guild snowflake.ID) (g *projections.Guild, err error) {
	if g, ok := d.states[guild]; ok {
		return g, nil
	}
	if g = projections.NewGuild(guild); d.Log != nil {
		if g, err = projections.Load(d.Log, guild); err != nil {
			return nil, err
		}
	}
	if d.states == nil {
		d.states = map[snowflake.ID]*projections.Guild{}
	}
	d.states[guild] = g
	return g, nil
}
