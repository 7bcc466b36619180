package commands

import (
	"context"
	"sync"

	"golang.org/x/sync/semaphore"

	"tally/eventlog/snowflake"
)

// mostReading is how many commands read the log at once, over all guilds: each keeps a core busy, and may hold
// a guild's whole state beside the live one.
const mostReading = 2

// Turns makes the commands that read the log wait for each other, so that however many are given, counting goes on
// and memory stays bounded.
type Turns struct {
	all *semaphore.Weighted

	mu     sync.Mutex
	guilds map[snowflake.ID]*semaphore.Weighted // with room for one
}

// NewTurns returns the turns of a bot.
func NewTurns() *Turns {
	return &Turns{all: semaphore.NewWeighted(mostReading), guilds: map[snowflake.ID]*semaphore.Weighted{}}
}

// take waits until a guild's command may read. Its own guild's come first: those of one guild that is asked a lot
// wait for each other, and not the others for all of them. end gives the turn back.
func (t *Turns) take(ctx context.Context, guild snowflake.ID) (end func(), err error) {
	own := t.of(guild)
	if err := own.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	if err := t.all.Acquire(ctx, 1); err != nil {
		own.Release(1)
		return nil, err
	}
	return func() {
		t.all.Release(1)
		own.Release(1)
	}, nil
}

func (t *Turns) of(guild snowflake.ID) *semaphore.Weighted {
	t.mu.Lock()
	defer t.mu.Unlock()
	own, ok := t.guilds[guild]
	if !ok {
		own = semaphore.NewWeighted(1)
		t.guilds[guild] = own
	}
	return own
}

// reading returns a handler that waits for its turn.
func (r *Router) reading(read handler) handler {
	return func(ctx context.Context, i interaction) (reply, error) {
		end, err := r.Turns.take(ctx, i.target.Guild)
		if err != nil {
			return reply{}, err
		}
		defer end()
		return read(ctx, i)
	}
}
