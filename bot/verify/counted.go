package verify

import (
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// counted returns the messages of a channel with first <= id <= last that count, with their authors.
func (d *Deep) counted(channel, first, last snowflake.ID) (map[snowflake.ID]snowflake.ID, error) {
	held, err := d.Gate.Log().FindBetween(d.Guild, channel, first, last)
	if err != nil {
		return nil, err
	}
	return d.counting(channel, held), nil
}

// countedOf is counted for single messages.
func (d *Deep) countedOf(channel snowflake.ID, ids []snowflake.ID) (map[snowflake.ID]snowflake.ID, error) {
	held, err := d.Gate.Log().Find(d.Guild, channel, ids...)
	if err != nil {
		return nil, err
	}
	return d.counting(channel, held), nil
}

func (d *Deep) counting(channel snowflake.ID, held []eventlog.Found) map[snowflake.ID]snowflake.ID {
	counted := map[snowflake.ID]snowflake.ID{}
	d.Gate.View(func(g *projections.Guild) {
		for _, f := range held {
			if g.Counts(channel, f) {
				counted[f.ID] = f.Author
			}
		}
	})
	return counted
}
