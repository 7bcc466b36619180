package patrol

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tally/bot/discord"
	"tally/bot/discordtest"
	"tally/bot/roomtest"
	"tally/bot/worker"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var must = roomtest.Must

// world is an emulated Discord, and a patrol on it that notes what it is to check.
type world struct {
	*discordtest.Server
	*discordtest.Guild
	*Patrol
	t   *testing.T
	ann snowflake.ID

	mu      sync.Mutex
	checked []snowflake.ID
	fails   error
}

func newWorld(t *testing.T) *world {
	s := discordtest.New(discordtest.Options{})
	t.Cleanup(s.Close)
	w := &world{Server: s, Guild: s.AddGuild("test"), t: t}
	w.ann = w.AddUser("ann", false)
	reader := roomtest.Reader(t, s, w.Guild.ID(), nil)
	w.Patrol = &Patrol{Reader: reader, Gate: roomtest.Gate(t, w.Guild.ID()), Pace: NewPace(0), Now: s.Now, Check: w.check}
	return w
}

func (w *world) check(ctx context.Context, c discord.Channel, _ snowflake.ID) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.checked = append(w.checked, c.ID)
	if w.fails != nil {
		return w.fails
	}
	return w.Gate.Write(ctx, func(g *projections.Guild) ([]eventlog.Body, error) {
		return []eventlog.Body{eventlog.ChannelChecked{Channel: c.ID, Gap: g.NextGap() - 1}}, nil
	})
}

// told puts the guild into the directory as it is now, with its active threads.
func (w *world) told() {
	roomtest.Arrive(w.t, w.Reader, w.BotID())
}

func (w *world) write(bodies ...eventlog.Body) {
	must(w.t, w.Gate.Write(w.t.Context(), func(*projections.Guild) ([]eventlog.Body, error) { return bodies, nil }))
}

// counted makes a message that is counted.
func (w *world) counted(channel snowflake.ID) {
	id := w.Send(channel, discordtest.Message{Author: w.ann})
	must(w.t, w.Gate.Live(w.t.Context(), discord.Message{ID: id, Channel: channel, Author: w.ann}))
	w.write()
}

// TestPatrol checks each channel with messages once after a gap, the busy ones first, and finds those that
// are archived or gone.
func TestPatrol(t *testing.T) {
	w := newWorld(t)
	quiet, busy := w.AddChannel(discordtest.ChannelSpec{Name: "quiet"}), w.AddChannel(discordtest.ChannelSpec{Name: "busy"})
	empty, gone := w.AddChannel(discordtest.ChannelSpec{Name: "empty"}), w.AddChannel(discordtest.ChannelSpec{Name: "gone"})
	thread := w.AddThread(discordtest.ThreadSpec{Parent: quiet, Name: "thread", Silent: true})
	for _, id := range []snowflake.ID{gone, thread, quiet, busy} {
		w.counted(id)
	}
	w.ArchiveThread(thread, time.Time{})
	w.DeleteChannel(gone)
	w.told()
	run := func(want ...snowflake.ID) {
		t.Helper()
		w.checked = nil
		must(t, w.Run(t.Context()))
		slices.Sort(w.checked)
		if slices.Sort(want); !slices.Equal(w.checked, want) {
			t.Errorf("checked %v, want %v", w.checked, want)
		}
	}
	run()
	w.write(eventlog.GapOpened{Gap: 1, After: 1}, eventlog.GapClosed{Gap: 1})
	lists := 0
	w.Listed = func(context.Context) error { lists++; return nil }
	if order := w.order(); order[0].ID != busy {
		t.Errorf("#%s is checked first", order[0].Name)
	}
	run(quiet, busy, thread)
	w.Gate.View(func(g *projections.Guild) {
		if !g.IsChannelDeleted(gone) || g.IsChannelDeleted(empty) || g.Total() != 3 {
			t.Errorf("%d messages are counted; deleted: %v, %v", g.Total(), g.IsChannelDeleted(gone), g.IsChannelDeleted(empty))
		}
	})
	run()
	if lists != 1 {
		t.Errorf("archived threads were listed %d times", lists)
	}
}

// TestPatrolGivesWay to imports and to catch-ups, and goes on after an error where it was.
func TestPatrolGivesWay(t *testing.T) {
	w := newWorld(t)
	a, b := w.AddChannel(discordtest.ChannelSpec{Name: "a"}), w.AddChannel(discordtest.ChannelSpec{Name: "b"})
	w.counted(a)
	w.counted(b)
	w.told()
	wants := func(want error, checks, pending int) {
		t.Helper()
		w.checked = nil
		if err := w.Run(t.Context()); !errors.Is(err, want) || len(w.checked) != checks || len(w.unchecked()) != pending {
			t.Errorf("%v, %d checked, %d left; want %v, %d, %d", err, len(w.checked), len(w.unchecked()), want, checks, pending)
		}
	}
	w.write(eventlog.GapOpened{Gap: 1, After: 1})
	wants(worker.ErrLater, 0, 2)
	w.write(eventlog.GapClosed{Gap: 1}, eventlog.ImportStarted{Import: 1, Cutoff: 2})
	wants(worker.ErrLater, 0, 2)
	w.write(eventlog.ImportFinished{Import: 1, Outcome: eventlog.Cancelled})
	w.DenyBot(b, discordtest.PermReadMessageHistory)
	w.told()
	wants(nil, 1, 1)
	wants(nil, 0, 1)
	w.AllowBot(b, discordtest.PermReadMessageHistory)
	w.told()
	w.fails = errors.New("no")
	wants(w.fails, 1, 1)
	w.fails = nil
	wants(nil, 1, 0)
}
