package catchup

import (
	"context"

	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// Lost opens a gap for a channel that Discord refuses to show, unless one is open.
func (c *Catchup) Lost(ctx context.Context, id snowflake.ID) error {
	surely, err := c.surely()
	if err != nil {
		return err
	}
	return c.Gate.Write(ctx, func(g *projections.Guild) ([]eventlog.Body, error) {
		return openedFor(g, map[snowflake.ID]snowflake.ID{id: surely}), nil
	})
}

// Archived is called when the directory has all archived threads. In one that was written in and closed again
// while nobody listened, the last message is one that the log doesn't hold: for it a gap is opened.
func (c *Catchup) Archived(ctx context.Context) error {
	var missed []snowflake.ID
	for _, ch := range c.Directory.Channels() {
		if ch.Thread == nil || !ch.Thread.Archived || ch.LastMessage == 0 || !c.Readable(ch.ID) {
			continue
		}
		held, err := c.Gate.Log().Find(c.Guild, ch.ID, ch.LastMessage)
		if err != nil {
			return err
		}
		if len(held) == 0 {
			missed = append(missed, ch.ID)
		}
	}
	if len(missed) == 0 {
		return nil
	}
	surely, err := c.surely()
	if err != nil {
		return err
	}
	return c.Gate.Write(ctx, func(g *projections.Guild) ([]eventlog.Body, error) {
		after := map[snowflake.ID]snowflake.ID{}
		for _, id := range missed {
			if from := letInAfter(g, id, surely); from != 0 && !g.IsChannelDeleted(id) {
				after[id] = from
			}
		}
		return openedFor(g, after), nil
	})
}
