package bot

import (
	"context"
	"time"

	"tally/bot/worker"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

const (
	compactRest  = time.Minute            // after the start, which has more urgent things to do
	compactPause = 250 * time.Millisecond // between steps: each takes a few milliseconds of the log's writer
)

// compact joins the records of old live messages, guild by guild and step by step. A guild that reads history waits.
func (b *Bot) compact(ctx context.Context) error {
	guilds, err := b.opt.Log.Guilds()
	if err != nil {
		return err
	}
	var later error
	for _, id := range guilds {
		for more := true; more; {
			if b.readsHistory(id) {
				later = worker.ErrLater
				break
			}
			step, err := b.opt.Log.CompactStep(id, eventlog.CompactAge)
			if err != nil {
				return err
			}
			if step.Joined > 0 {
				b.log.Debug("joined old records", "guild", id, "records", step.Records, "into", step.Joined, "bytes", step.Before, "to", step.After)
			}
			more = step.More
			select {
			case <-time.After(compactPause):
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
	return later
}

// readsHistory reports whether a guild imports or catches up.
func (b *Bot) readsHistory(id snowflake.ID) (reads bool) {
	b.mu.Lock()
	g, ok := b.guilds[id]
	b.mu.Unlock()
	if ok {
		g.Gate.View(func(state *projections.Guild) { reads = state.Running() != nil || !state.Covered() })
	}
	return reads
}
