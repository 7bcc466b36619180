package gate

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"tally/eventlog"
	"tally/projections"
)

// onLog runs the writer on another log from now on, so that one log fails and the next works.
func onLog(t *testing.T, g *Gate, log *eventlog.Log) {
	t.Helper()
	must(t, g.Write(context.Background(), func(*projections.Guild) ([]eventlog.Body, error) {
		g.log = log
		return nil, nil
	}))
}

// TestFailingLog gives a gate something while its log fails, and again when the log works: it must be
// told as failed first, and be taken then.
func TestFailingLog(t *testing.T) {
	const channel, author = 1, 50
	ctx := context.Background()
	imported := []eventlog.Body{
		eventlog.ImportStarted{Import: 1, Cutoff: 1000},
		eventlog.ImportChannelFinished{Import: 1, Channel: channel, Outcome: eventlog.Completed},
		eventlog.ImportFinished{Import: 1, Outcome: eventlog.Completed, At: time.UnixMilli(1)},
	}
	for name, c := range map[string]struct {
		before []eventlog.Body
		give   func(*Gate) error
		want   uint64
	}{
		"a page that can't be appended": {
			give: func(g *Gate) error {
				return g.Page(ctx, eventlog.Catchup, 0, channel, said(channel, author, 2000, 2001))
			}, want: 2,
		},
		"a page of which the log can't be asked": {
			give: func(g *Gate) error { return g.Page(ctx, eventlog.Catchup, 0, channel, said(channel, author, 3, 2000)) }, want: 2,
		},
		// It is new to live tracking, which memory knows; whether the import has it, only the log knows.
		"a late message of which the log can't be asked": {
			before: imported,
			give:   func(g *Gate) error { return g.Page(ctx, eventlog.Catchup, 0, channel, said(channel, author, 500)) }, want: 1,
		},
		"a page of the import": {
			before: []eventlog.Body{eventlog.ImportStarted{Import: 1, Cutoff: 1000}},
			give:   func(g *Gate) error { return g.Page(ctx, eventlog.Import, 1, channel, said(channel, author, 8, 9)) },
		},
		"a decision": {
			give: func(g *Gate) error {
				return g.Write(ctx, func(*projections.Guild) ([]eventlog.Body, error) { return imported, nil })
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			log := openLog(t, dir)
			must(t, func() error { _, err := log.Append(guildID, append(c.before, eventlog.Verified{})); return err }())
			g := openGate(t, log)
			must(t, log.Close())
			if err := c.give(g); err == nil {
				t.Error("no error though the log is closed")
			}
			if n := total(g); n != 0 {
				t.Errorf("%d messages are counted that are not durable", n)
			}
			log = openLog(t, dir)
			defer func() { must(t, log.Close()) }()
			onLog(t, g, log)
			must(t, c.give(g))
			must(t, c.give(g))
			if n := total(g); n != c.want {
				t.Errorf("%d messages are counted when the log works again, want %d", n, c.want)
			}
			g.Close()
		})
	}
}

// complaints calls do in the writer, each time that it complains.
type complaints struct {
	slog.Handler
	do func()
}

func (c complaints) Enabled(context.Context, slog.Level) bool { return true }

func (c complaints) Handle(context.Context, slog.Record) error {
	c.do()
	return nil
}

// TestLiveWaitsForTheLog has live messages wait until the log works, and what was given after them.
func TestLiveWaitsForTheLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		log := openLog(t, dir)
		g := openGate(t, log)
		must(t, log.Close())
		tries := 0
		g.slog = slog.New(complaints{silent.Handler(), func() {
			if tries++; tries == 20 {
				log = openLog(t, dir)
				g.log = log
			}
		}})
		must(t, g.Live(t.Context(), said(1, 50, 7)[0]))
		impatient, stop := context.WithTimeout(t.Context(), 5*retryAppend)
		defer stop()
		if err := g.Page(impatient, eventlog.Catchup, 0, 1, said(1, 50, 7, 8)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a page behind a failing log: %v", err)
		}
		write(t, g)
		if n := total(g); n != 2 || tries != 20 {
			t.Errorf("%d messages are counted after %d tries, want 2 after 20: what was given is done, though nobody waits any more", n, tries)
		}
		g.Close()
		must(t, log.Close())
	})
}

// TestLiveWaitsForAnAnswer has something come live that the log can't be asked about: it is kept until it
// can, and given only once.
func TestLiveWaitsForAnAnswer(t *testing.T) {
	const channel, author = 1, 50
	imported := []eventlog.Body{
		eventlog.ImportStarted{Import: 1, Cutoff: 1000},
		eventlog.ImportChannelFinished{Import: 1, Channel: channel, Outcome: eventlog.Completed},
		eventlog.ImportFinished{Import: 1, Outcome: eventlog.Completed},
	}
	for name, c := range map[string]struct {
		give func(*Gate) error
		want uint64
	}{
		"a late message": {func(g *Gate) error { return g.Live(context.Background(), said(channel, author, 500)[0]) }, 3},
		"a delete":       {func(g *Gate) error { return g.Deleted(context.Background(), channel, 2001) }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dir := t.TempDir()
				log := openLog(t, dir)
				g := openGate(t, log)
				write(t, g, imported...)
				must(t, g.Page(t.Context(), eventlog.Catchup, 0, channel, said(channel, author, 2000, 2001)))
				must(t, log.Close())
				tries := 0
				g.slog = slog.New(complaints{silent.Handler(), func() {
					if tries++; tries == 20 {
						log = openLog(t, dir)
						g.log = log
					}
				}})
				must(t, c.give(g))
				write(t, g)
				if n := total(g); n != c.want || tries != 20 {
					t.Errorf("%d messages are counted after %d tries, want %d after 20", n, tries, c.want)
				}
				must(t, c.give(g))
				write(t, g)
				if n := total(g); n != c.want {
					t.Errorf("%d messages are counted when it came again, want %d", n, c.want)
				}
				g.Close()
				must(t, log.Close())
			})
		})
	}
}

// TestDamageIsNotWaitedFor has a live message fail on a record that is damaged: the others go on.
func TestDamageIsNotWaitedFor(t *testing.T) {
	r := newRun(&Gate{slog: silent})
	r.failed[&job{}] = fmt.Errorf("find: %w", &eventlog.CorruptError{})
	if r.losesLive() {
		t.Error("the writer waits for a damaged record")
	}
	if r.failed[&job{}] = eventlog.ErrClosed; !r.losesLive() {
		t.Error("the writer doesn't wait for a log that may work again")
	}
}

// TestCloseOnAFailingLog ends with the gate's end, not with the log's.
func TestCloseOnAFailingLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := openLog(t, t.TempDir())
		g := openGate(t, log)
		must(t, log.Close())
		must(t, g.Live(t.Context(), said(1, 50, 7)[0]))
		release := make(chan struct{})
		outcome := make(chan error, 1)
		go func() {
			<-release
			outcome <- g.Page(t.Context(), eventlog.Catchup, 0, 1, said(1, 50, 7))
		}()
		synctest.Wait() // the writer tries again and again
		close(release)
		synctest.Wait()
		g.Close()
		if err := <-outcome; err == nil {
			t.Error("a page with a message that was lost is told as durable")
		}
	})
}

// TestRecountOutlivesTheGate has a count that went wrong mended, and the gate opened anew.
func TestRecountOutlivesTheGate(t *testing.T) {
	log := openLog(t, t.TempDir())
	defer func() { must(t, log.Close()) }()
	g := openGate(t, log)
	must(t, g.Page(t.Context(), eventlog.Catchup, 0, 1, said(1, 50, 7)))
	g.Close()
	wrong := recounted(t, log)
	p, err := eventlog.NewPage(eventlog.Live, 0, 1, []eventlog.Message{{ID: 9, Author: 50}})
	must(t, err)
	wrong.Apply(p)
	must(t, projections.SaveSnapshot(log.Dir(), guildID, wrong.Encode()))
	g = openGate(t, log)
	if total(g) != 2 {
		t.Fatal("the count isn't wrong")
	}
	must(t, g.Swap(t.Context(), func() (*projections.Guild, error) { return recounted(t, log), nil }))
	g.Close()
	g = openGate(t, log)
	defer g.Close()
	if n := total(g); n != 1 {
		t.Errorf("%d messages after the recount and a restart, want 1", n)
	}
}
