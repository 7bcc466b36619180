package commands

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"tally/bot/gate"
	"tally/eventlog/snowflake"
	"tally/projections"
)

const (
	// mostReading is how many commands read the log at once, over all guilds: each keeps a core busy, and holds
	// a guild's whole count beside the live one.
	mostReading = 2
	// keptFor is how long that count is kept for the guild's next command.
	keptFor = time.Minute
)

// Turns makes the commands that read the log wait for each other, so that however many are given, counting goes on
// and memory stays bounded.
type Turns struct {
	all *semaphore.Weighted

	mu     sync.Mutex
	guilds map[snowflake.ID]*turn
}

// turn is a guild's, which one command has at a time.
type turn struct {
	turns *Turns
	guild snowflake.ID
	own   *semaphore.Weighted // has room for one

	// Of who has the turn:
	kept   *projections.Guild // as the last command had it; nil: none
	since  int64              // what the gate's Snapshots was before that was loaded
	forget *time.Timer
}

// NewTurns returns the turns of a bot.
func NewTurns() *Turns {
	return &Turns{all: semaphore.NewWeighted(mostReading), guilds: map[snowflake.ID]*turn{}}
}

// take waits until a guild's command may read. Its own guild's come first: those of one guild that is asked a lot
// wait for each other, and not the others for all of them.
func (ts *Turns) take(ctx context.Context, guild snowflake.ID) (*turn, error) {
	t := ts.of(guild)
	if err := t.own.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	if err := ts.all.Acquire(ctx, 1); err != nil {
		t.own.Release(1)
		return nil, err
	}
	return t, nil
}

func (ts *Turns) of(guild snowflake.ID) *turn {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	t, ok := ts.guilds[guild]
	if !ok {
		t = &turn{turns: ts, guild: guild, own: semaphore.NewWeighted(1)}
		t.forget = time.AfterFunc(keptFor, t.drop)
		ts.guilds[guild] = t
	}
	return t
}

// end gives the turn to the next. What count returned isn't to be used any more.
func (t *turn) end() {
	t.forget.Reset(keptFor)
	t.turns.all.Release(1)
	t.own.Release(1)
}

// drop forgets what was kept, unless a command has the turn: its end sets the time anew.
func (t *turn) drop() {
	if t.own.TryAcquire(1) {
		t.kept = nil
		t.own.Release(1)
	}
}

// count returns the guild's count as the log has it now: the one that was kept and what came since, or else the
// saved one and what came since.
func (t *turn) count(in *gate.Gate) (g *projections.Guild, err error) {
	g, t.kept = t.kept, nil
	if g != nil {
		err = g.CatchUp(in.Log())
	}
	if g == nil || g.Stale() || in.Snapshots() != t.since {
		t.since = in.Snapshots()
		g, err = projections.Load(in.Log(), t.guild)
	}
	if err == nil {
		t.kept = g
	}
	return g, err
}

// reading returns a handler that waits for its turn.
func (r *Router) reading(read handler) handler {
	return func(ctx context.Context, i interaction) (rep reply, err error) {
		if i.turn, err = r.Turns.take(ctx, i.target.Guild); err != nil {
			return rep, err
		}
		defer i.turn.end()
		return read(ctx, i)
	}
}
