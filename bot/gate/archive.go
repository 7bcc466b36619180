package gate

import (
	"context"
	"slices"

	"tally/bot/discord"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// Taken says what the gate made of an archive's messages.
type Taken struct {
	New      []eventlog.Message // that the stream side didn't hold
	Counting int                // how many of them count now
}

// Archive gives any number of one channel's messages that were read from a file, and returns when what was
// new of them is durable and counted. An archive is no proof that Discord still has a message: what is older
// than the cutoff of the channel's import, and not held by it, is kept and doesn't count.
func (g *Gate) Archive(ctx context.Context, channel snowflake.ID, messages []discord.Message) (Taken, error) {
	j := &job{channel: channel, messages: make([]eventlog.Message, 0, len(messages)), origin: eventlog.Archive, taken: &Taken{}}
	for _, m := range messages {
		j.messages = append(j.messages, message(m))
	}
	if err := g.submit(ctx, j); err != nil {
		return Taken{}, err
	}
	return *j.taken, nil
}

// Thread tells that a channel is a thread of parent, if that isn't known yet: it goes when its parent does.
func (g *Gate) Thread(ctx context.Context, channel, parent snowflake.ID) error {
	return g.Write(ctx, func(state *projections.Guild) ([]eventlog.Body, error) {
		if state.ParentOf(channel) != 0 {
			return nil, nil
		}
		return []eventlog.Body{eventlog.ChannelChecked{Channel: channel, Parent: parent}}, nil
	})
}

// archivePages makes pages of what is new in an archive. It repairs no import: see Archive.
func (g *Gate) archivePages(j *job) ([]eventlog.Body, error) {
	fresh, _, err := g.freshInStream(j.channel, j.messages)
	if err != nil {
		return nil, err
	}
	if j.taken != nil {
		*j.taken = Taken{New: fresh, Counting: Counting(g.state, j.channel, fresh)}
	}
	return pages(eventlog.Archive, 0, j.channel, fresh)
}

// Counting returns how many of an archive's messages, new to the log, would count.
func Counting(state *projections.Guild, channel snowflake.ID, messages []eventlog.Message) (n int) {
	for _, m := range messages {
		if state.Counts(channel, eventlog.Found{Message: m, Origin: eventlog.Archive}) {
			n++
		}
	}
	return n
}

// NotHeld returns those of one channel's messages that the log doesn't hold on its stream side.
func NotHeld(log *eventlog.Log, guild, channel snowflake.ID, messages []discord.Message) ([]discord.Message, error) {
	ids := make([]snowflake.ID, len(messages))
	for i, m := range messages {
		ids[i] = m.ID
	}
	found, err := log.Find(guild, channel, ids...)
	if err != nil {
		return nil, err
	}
	held := map[snowflake.ID]bool{}
	for _, f := range found {
		held[f.ID] = held[f.ID] || f.Import == 0
	}
	return slices.DeleteFunc(slices.Clone(messages), func(m discord.Message) bool { return held[m.ID] }), nil
}
