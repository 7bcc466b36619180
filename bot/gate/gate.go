package gate

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"

	"tally/bot/discord"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// ErrClosed says that the gate takes nothing more: the bot is stopping.
var ErrClosed = errors.New("the guild's gate is closed")

// ErrStale says that a page is older than a gap, and must be asked for again: see [Gate.PageAsked].
var ErrStale = errors.New("something may have been deleted unheard since the page was asked for")

// Gate is one guild's way into the log. Its methods may be called from many goroutines at once.
type Gate struct {
	log   *eventlog.Log
	guild snowflake.ID
	slog  *slog.Logger
	jobs  *queue

	// Parent returns a thread's channel, or 0. Set it before anything is given to the gate: messages in a thread of an
	// excluded channel tell the log whose it is. nil: no threads are known.
	Parent func(thread snowflake.ID) snowflake.ID

	done  chan struct{} // closed when the writer has ended
	close sync.Once
	stop  chan struct{} // closed when nothing more is taken
	last  chan struct{} // closed when nothing more can come into the queue

	giving sync.RWMutex // held for reading while something is put on the queue

	recent *recent // the writer's
	late   int     // the writer's: messages of the stream side below the running import's cutoff

	mu    sync.RWMutex // guards state: the writer changes it, others look
	state *projections.Guild

	dirty      int            // the writer's: events since the last snapshot was begun
	changed    bool           // the writer's: the state is not the one that was loaded
	recounting bool           // the writer's: a count by new settings is being made
	saving     sync.Mutex     // held while a snapshot is made
	beside     sync.WaitGroup // of what makes it
	saved      atomic.Int64   // bytes of the last one
	snapshots  atomic.Int64   // that were saved, or removed

	masks    masks
	erasing  sync.Mutex   // held while a user is erased
	erasures atomic.Int64 // how often the state was changed by that
	life     context.Context
	end      context.CancelFunc // ends life, when the gate is closed
}

// Open loads the guild's count from its snapshot and the log, and starts its writer.
func Open(log *eventlog.Log, guild snowflake.ID, logger *slog.Logger) (*Gate, error) {
	state, err := projections.Load(log, guild)
	if err != nil {
		return nil, err
	}
	life, end := context.WithCancel(context.Background())
	g := &Gate{
		life: life, end: end,
		log: log, guild: guild, slog: logger.With("guild", guild), state: state, recent: newRecent(state.Newest()),
		jobs: newQueue(), done: make(chan struct{}), stop: make(chan struct{}), last: make(chan struct{}),
	}
	if n := state.Followed(); n >= mostTail { // the next start may come before as many are new
		g.dirty = n
	}
	if err := g.masks.open(log.Dir(), state); err != nil {
		end()
		return nil, err
	}
	go g.write()
	g.resumeErasing()
	return g, nil
}

// Log returns the log that the gate writes to.
func (g *Gate) Log() *eventlog.Log { return g.log }

// Close lets the writer finish what was given to it, saves a snapshot, and waits for both.
func (g *Gate) Close() {
	g.close.Do(func() {
		close(g.stop)
		g.end()
		g.giving.Lock() // who was about to give something has given it, or was refused
		close(g.last)
		g.giving.Unlock()
	})
	<-g.done
}

// View calls look with the guild's count, which must not be kept or changed.
func (g *Gate) View(look func(*projections.Guild)) {
	g.mu.RLock()
	defer g.mu.RUnlock()
	look(g.state)
}

// Swap puts the count that replay returns in place of the live one. replay is called by the writer, so
// the log stands still meanwhile; it must fold all of it.
func (g *Gate) Swap(ctx context.Context, replay func() (*projections.Guild, error)) error {
	return g.submit(ctx, &job{swap: replay})
}

// Live gives a message that the gateway brought. It returns once the message waits for the writer, or
// ctx ends.
func (g *Gate) Live(ctx context.Context, m discord.Message) error {
	return g.enqueue(ctx, &job{channel: m.Channel, messages: []eventlog.Message{message(m)}, origin: eventlog.Live})
}

// Deleted gives messages of a channel that are gone.
func (g *Gate) Deleted(ctx context.Context, channel snowflake.ID, ids ...snowflake.ID) error {
	return g.enqueue(ctx, &job{channel: channel, deleted: ids})
}

// Page gives a page of a channel's history, and returns when what was new of it is durable and
// counted. imp is the import that reads it, or 0 for a catch-up.
func (g *Gate) Page(ctx context.Context, origin eventlog.Origin, imp uint32, channel snowflake.ID, page []discord.Message) error {
	return g.submit(ctx, &job{channel: channel, messages: messagesOf(page), origin: origin, imp: imp})
}

// Asked is when a page of history was asked for: before which gap.
type Asked uint32

// Asking returns that a page is asked for from now on.
func (g *Gate) Asking() (a Asked) {
	g.View(func(state *projections.Guild) { a = Asked(state.NextGap()) })
	return a
}

// PageAsked is Page for a catch-up, or for a repair of what counts. If a gap has begun or ended since the page
// was asked for, it is not taken, and that is ErrStale: in the gap some of it may have been deleted unheard, and
// who has held the channel against Discord meanwhile would not look again.
func (g *Gate) PageAsked(ctx context.Context, asked Asked, origin eventlog.Origin, channel snowflake.ID, page []discord.Message) error {
	return g.submit(ctx, &job{channel: channel, messages: messagesOf(page), origin: origin, asked: asked})
}

// Write appends the events that decide returns, if any, and returns when they are durable and folded
// in. decide is called by the writer with the count as it then is, so nothing comes between what it
// saw and what is written. Its error is returned, and nothing is written then. If ctx ends first, decide may be called
// later: what it has noted is not to be looked at then.
func (g *Gate) Write(ctx context.Context, decide func(*projections.Guild) ([]eventlog.Body, error)) error {
	return g.submit(ctx, &job{decide: decide})
}

// Flush returns when all that was given to the gate before is done: durable and folded in, or failed.
func (g *Gate) Flush(ctx context.Context) error {
	return g.Write(ctx, func(*projections.Guild) ([]eventlog.Body, error) { return nil, nil })
}

// IsDeleted reports whether a message is known to be deleted.
func (g *Gate) IsDeleted(id snowflake.ID) (deleted bool) {
	g.View(func(state *projections.Guild) { deleted = state.IsDeleted(id) })
	return deleted
}

// Late returns how many messages older than the running import's cutoff came live while it ran. It is
// called within Write's decide only: with it, the import sees whether its last comparison still holds.
func (g *Gate) Late() int { return g.late }

func messagesOf(page []discord.Message) []eventlog.Message {
	messages := make([]eventlog.Message, 0, len(page))
	for _, m := range page {
		messages = append(messages, message(m))
	}
	return messages
}

// message keeps of a message what the log keeps.
func message(m discord.Message) eventlog.Message {
	return eventlog.Message{ID: m.ID, Author: m.Author, Type: uint16(m.Type), Marks: Marks(m)}
}

// Marks returns what the log notes of who or what wrote a message.
func Marks(m discord.Message) eventlog.Marks {
	var marks eventlog.Marks
	if m.Bot {
		marks |= eventlog.Bot
	}
	if m.Webhook != 0 {
		marks |= eventlog.Webhook
	}
	if m.System {
		marks |= eventlog.System
	}
	if m.Ephemeral() {
		marks |= eventlog.Ephemeral
	}
	return marks
}

// Tell is Write for somebody who can't wait: it returns once the decision waits for the writer. What is
// given to the gate afterwards comes after it in the log.
func (g *Gate) Tell(ctx context.Context, decide func(*projections.Guild) []eventlog.Body) error {
	return g.enqueue(ctx, &job{decide: func(state *projections.Guild) ([]eventlog.Body, error) {
		return decide(state), nil
	}})
}

// ChannelsDeleted gives channels that are gone, and their messages with them.
func (g *Gate) ChannelsDeleted(ctx context.Context, channels ...snowflake.ID) error {
	return g.Tell(ctx, func(state *projections.Guild) []eventlog.Body {
		var bodies []eventlog.Body
		for _, id := range channels {
			if !state.IsChannelDeleted(id) {
				bodies = append(bodies, eventlog.ChannelDeleted{Channel: id})
			}
		}
		return bodies
	})
}
