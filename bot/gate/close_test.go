package gate

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/oklog/ulid/v2"

	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

func recounted(t fataler, log *eventlog.Log) *projections.Guild {
	t.Helper()
	g, err := projections.Replay(log, guildID, ulid.ULID{})
	must(t, err)
	return g
}

// TestFlush waits for what was given before, and for nobody that has given up.
func TestFlush(t *testing.T) {
	log := openLog(t, t.TempDir())
	defer func() { must(t, log.Close()) }()
	g := openGate(t, log)
	defer g.Close()
	release := held(t, g)
	must(t, g.Live(t.Context(), said(1, 50, 1)[0]))
	given, giveUp := context.WithCancel(t.Context())
	giveUp()
	if err := g.Flush(given); !errors.Is(err, context.Canceled) {
		t.Errorf("given up: %v", err)
	}
	release()
	must(t, g.Flush(t.Context()))
	if n := total(g); n != 1 {
		t.Errorf("%d messages are counted, want 1", n)
	}
}

// TestCloseKeepsWhatWaits closes a gate with a full table in front of its writer.
func TestCloseKeepsWhatWaits(t *testing.T) {
	log := openLog(t, t.TempDir())
	defer func() { must(t, log.Close()) }()
	g := openGate(t, log)
	release := held(t, g)
	for id := range snowflake.ID(600) {
		must(t, g.Live(t.Context(), said(1, 50, id+1)[0]))
	}
	must(t, g.Deleted(t.Context(), 1, 1, 2, 3))
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		g.Close()
	}()
	<-g.stop
	release()
	<-closed
	g.Close() // once more is no harm
	if n := recounted(t, log).Total(); n != 597 {
		t.Errorf("%d messages are durable, want 597", n)
	}
	for name, err := range map[string]error{
		"Live":            g.Live(t.Context(), said(1, 50, 9)[0]),
		"Deleted":         g.Deleted(t.Context(), 1, 9),
		"Page":            g.Page(t.Context(), eventlog.Catchup, 0, 1, said(1, 50, 9)),
		"Write":           g.Write(t.Context(), func(*projections.Guild) ([]eventlog.Body, error) { return nil, nil }),
		"Flush":           g.Flush(t.Context()),
		"Tell":            g.Tell(t.Context(), func(*projections.Guild) []eventlog.Body { return nil }),
		"Swap":            g.Swap(t.Context(), func() (*projections.Guild, error) { return nil, nil }),
		"ChannelsDeleted": g.ChannelsDeleted(t.Context(), 1),
	} {
		if !errors.Is(err, ErrClosed) {
			t.Errorf("%s after Close: %v", name, err)
		}
	}
}

// TestCloseLosesNothingThatItTook has many bring messages while the gate closes: what was taken without
// an error must be in the log.
func TestCloseLosesNothingThatItTook(t *testing.T) {
	log := openLog(t, t.TempDir())
	defer func() { must(t, log.Close()) }()
	var next, taken atomic.Uint64
	for range 300 {
		g := openGate(t, log)
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				for range 3 {
					if g.Live(context.Background(), said(1, 50, snowflake.ID(next.Add(1)))[0]) != nil {
						return
					}
					taken.Add(1)
				}
			})
		}
		g.Close()
		wg.Wait()
	}
	if n := recounted(t, log).Total(); n != taken.Load() {
		t.Errorf("%d messages were taken, %d are in the log", taken.Load(), n)
	}
}

// TestFullQueue has those who bring more than fits wait, for room or for the end of their context.
func TestFullQueue(t *testing.T) {
	g := newGate(t)
	release := held(t, g)
	defer release()
	for id := range snowflake.ID(queueLength) {
		must(t, g.Live(t.Context(), said(1, 50, id+1)[0]))
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := g.Live(ctx, said(1, 50, 5000)[0]); !errors.Is(err, context.Canceled) {
		t.Errorf("with a full queue: %v", err)
	}
	room := make(chan error, 1)
	go func() { room <- g.Live(context.Background(), said(1, 50, 5001)[0]) }()
	release()
	must(t, <-room)
	write(t, g)
	if n := total(g); n != queueLength+1 {
		t.Errorf("%d messages, want %d", n, queueLength+1)
	}
}

// TestManyAtOnce has the gateway, an import, a catch-up and lookers at work together, all bringing the
// same messages.
func TestManyAtOnce(t *testing.T) {
	const messages, deleted = 600, 50
	g := newGate(t)
	write(t, g, eventlog.ImportStarted{Import: 1, Cutoff: 901}, eventlog.ImportChannelFinished{Import: 1, Channel: 2, Outcome: eventlog.Completed})
	ctx := context.Background()
	var wg sync.WaitGroup
	for at := range 3 {
		channel := snowflake.ID(at + 1)
		wg.Go(func() {
			for n := range snowflake.ID(messages) {
				must(t, g.Live(ctx, said(channel, 50+channel, 3*n+channel)[0]))
			}
		})
		for origin, imp := range map[eventlog.Origin]uint32{eventlog.Catchup: 0, eventlog.Import: 1} {
			wg.Go(func() {
				for top := snowflake.ID(messages); top > 0; top -= 40 {
					var page []snowflake.ID // it overlaps the next
					for n := top; n > 0 && n+60 > top; n-- {
						page = append(page, 3*(n-1)+channel)
					}
					must(t, g.Page(ctx, origin, imp, channel, said(channel, 50+channel, page...)))
				}
			})
		}
		wg.Go(func() {
			for id := range snowflake.ID(deleted) {
				must(t, g.Deleted(ctx, channel, 9000*channel+id, 9000*channel+id+1))
				total(g)
			}
		})
	}
	wg.Wait()
	write(t, g, eventlog.ImportFinished{Import: 1, Outcome: eventlog.Completed})
	exact, err := projections.CountExactly(g.Log(), guildID, ulid.ULID{})
	must(t, err)
	if exact.Duplicates > 0 || exact.Total != 3*messages || total(g) != 3*messages {
		t.Errorf("%d duplicates, %d in the log, %d are counted; want %d", exact.Duplicates, exact.Total, total(g), 3*messages)
	}
}
