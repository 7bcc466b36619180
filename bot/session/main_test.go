package session

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bwmarrin/discordgo"
	"go.uber.org/goleak"
)

// TestMain looks for leaks. An op 7 that is the first thing Open hears makes discordgo wait for a lock
// which it holds itself (CloseWithCode within Open): such a goroutine can't be ended by anybody.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/bwmarrin/discordgo.(*Session).CloseWithCode"))
}

// gateway is what a session connects to.
type gateway interface{ newSession() *discordgo.Session }

// run is a supervisor at work, and what it has handed on.
type run struct {
	t      *testing.T
	cancel context.CancelFunc
	ended  chan error

	mu     sync.Mutex
	events []Event
}

// start runs a supervisor; t is nil for the usual timing. hold, if set, is called with each event before
// it is noted.
func start(t *testing.T, g gateway, timing *timing, hold func(context.Context, Event)) *run {
	ctx, cancel := context.WithCancel(t.Context())
	r := &run{t: t, cancel: cancel, ended: make(chan error, 1)}
	var busy sync.Mutex
	s := Supervisor{New: g.newSession, Log: slog.New(slog.DiscardHandler), timing: timing, Take: func(ctx context.Context, e Event) {
		if !busy.TryLock() {
			t.Error("two events were given at the same time")
		} else {
			defer busy.Unlock()
		}
		if hold != nil {
			hold(ctx, e)
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.events = append(r.events, e)
	}}
	go func() { r.ended <- s.Run(ctx) }()
	return r
}

// types returns the types of all events so far.
func (r *run) types() (all []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.events {
		all = append(all, e.Type)
	}
	return all
}

func (r *run) count(kind string) (n int) {
	for _, t := range r.types() {
		if t == kind {
			n++
		}
	}
	return n
}

// is compares the events so far, without heartbeats.
func (r *run) is(want ...string) {
	r.t.Helper()
	got := slices.DeleteFunc(r.types(), func(t string) bool { return t == Acknowledged })
	if !slices.Equal(got, want) {
		r.t.Errorf("it handed on %q, want %q", got, want)
	}
}

// stop ends the run and returns its error.
func (r *run) stop() error {
	r.cancel()
	return <-r.ended
}

// after waits in virtual time and then for all that was going on at that moment.
func after(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}
