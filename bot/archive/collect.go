package archive

import (
	"context"
	"time"

	"tally/bot/discord"
	"tally/eventlog/snowflake"
)

// Nobody is the account that Discord shows in place of many whose own is gone (a fixed id, as known from
// discord.js and others; Discord documents none).
const Nobody = snowflake.ID(456226577798135808)

// Reason says why a message was left out.
type Reason string

// The reasons. A type that has no number known is a reason of its own: see unknownType.
const (
	NoID       Reason = "no message id"
	NoAuthor   Reason = "no author"
	NotYet     Reason = "an id from the future, so none of Discord's"
	Wordless   Reason = "no text and no attachment: the data package doesn't tell such a message from a notice"
	NotMessage Reason = "no message"
)

func unknownType(name string) Reason {
	return Reason("of the type " + name + ", which this version doesn't know")
}

// Clocks may differ, by less than this.
const tolerance = 24 * time.Hour

// collector gathers a file's messages into batches.
type collector struct {
	ctx   context.Context
	o     Options
	give  func(Place, []discord.Message) error
	found *Read
	place Place
	batch []discord.Message

	failed error // of give, or of ctx: nothing to do with the file
}

func (c *collector) skip(why Reason) { c.found.Skipped[why]++ }

// add takes a message whose author and id are in decimal.
func (c *collector) add(id, author string, m discord.Message) error {
	var err error
	if m.ID, err = snowflake.Parse(id); err != nil || m.ID < snowflake.AtMs(snowflake.Epoch+1) {
		c.skip(NoID)
		return nil
	}
	if m.Author, err = snowflake.Parse(author); err != nil || m.Author == 0 {
		c.skip(NoAuthor)
		return nil
	}
	if m.ID.Time().After(c.o.now().Add(tolerance)) {
		c.skip(NotYet)
		return nil
	}
	if m.Author == Nobody {
		c.found.Nobody++
	}
	m.Channel = c.place.Channel
	if c.batch = append(c.batch, m); len(c.batch) == batchSize {
		return c.flush()
	}
	return nil
}

func (c *collector) flush() error {
	if len(c.batch) == 0 {
		return nil
	}
	if c.failed = c.ctx.Err(); c.failed == nil {
		c.failed = c.give(c.place, c.batch)
	}
	if c.failed != nil {
		return c.failed
	}
	c.found.Given += len(c.batch)
	c.batch = c.batch[:0]
	return nil
}
