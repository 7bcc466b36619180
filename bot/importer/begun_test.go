package importer

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"tally/bot/discordtest"
	"tally/bot/roomtest"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// stuck keeps the gate's writer busy until the function that it returns is called.
func (w *world) stuck() (release func()) {
	held, written := make(chan struct{}), make(chan error)
	go func() {
		written <- w.gate.Write(context.Background(), func(*projections.Guild) ([]eventlog.Body, error) {
			<-held
			return nil, nil
		})
	}()
	synctest.Wait()
	return func() {
		close(held)
		must(w.t, <-written)
	}
}

// TestImportOfAnImpatientStart has a Start give up while its decision waits for the writer, which takes it
// later: the import that then runs by the log is carried on, also if it supersedes one,
// and is measured by itself.
func TestImportOfAnImpatientStart(t *testing.T) {
	for name, running := range map[string]bool{"the first": false, "in place of another": true} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.write(w.general, 250)
				imports := uint32(1)
				if running {
					imports = 2
					continues := w.hold()
					_, err := w.start(false)
					must(t, err)
					defer continues()
				}
				release := w.stuck()
				ctx, stop := context.WithTimeout(w.t.Context(), time.Second)
				defer stop()
				_, err := w.job.Start(ctx, Request{At: snowflake.At(w.Server.Now()), By: w.ann, Forced: true})
				if !errors.Is(err, context.DeadlineExceeded) {
					t.Fatalf("it ended with %v", err)
				}
				time.Sleep(time.Minute)
				released := time.Now()
				release()
				w.OnHistory(nil)
				time.Sleep(time.Minute)
				w.ended()
				if since := w.job.meter.since; since.Before(released) {
					t.Errorf("it is measured since %v before it began", released.Sub(since))
				}
				w.view(func(g *projections.Guild) {
					if last := g.Committed(); last == nil || last.Number != imports || g.Total() != 250 {
						t.Errorf("completed: %+v, %d messages; want import %d and 250", last, g.Total(), imports)
					}
				})
			})
		})
	}
}

// TestCancelledOverNewChannels has the bot let into a channel, a forced import take the place of the one that reads
// it, and that one cancelled: the channel is read all the same. Who cancels the reading of new channels means it.
func TestCancelledOverNewChannels(t *testing.T) {
	for name, c := range map[string]struct {
		forced bool
		total  int
	}{"a forced one is cancelled": {true, 30}, "the reading itself is cancelled": {false, 10}} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.DenyBot(w.other, discordtest.PermViewChannel)
				roomtest.Arrive(w.t, w.im.Reader, w.BotID())
				w.write(w.general, 10)
				w.write(w.other, 20)
				_, err := w.start(false)
				must(w.t, err)
				w.ended()
				w.AllowBot(w.other, discordtest.PermViewChannel)
				roomtest.Arrive(w.t, w.im.Reader, w.BotID())
				release := w.hold()
				must(w.t, w.job.ReadNew(w.t.Context()))
				if c.forced {
					_, err := w.start(true)
					must(w.t, err)
				}
				must(w.t, w.job.Cancel(w.t.Context(), w.Server.Now()))
				release()
				w.ended()
				if w.total() != c.total {
					w.t.Errorf("%d messages are counted, want %d", w.total(), c.total)
				}
			})
		})
	}
}
