package bot

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"tally/bot/session"
)

// TestAlive: the bot tells that it lives as long as events are routed, and not while one hangs. It tells that it
// is ready once.
func TestAlive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		beats, readies := 0, 0
		goOn := make(chan struct{})
		b := &Bot{log: slog.New(slog.DiscardHandler), events: make(chan session.Event), opt: Options{
			Alive: func() { beats++ }, AliveEvery: time.Minute,
			Ready: func() { readies++; <-goOn },
		}}
		ctx, cancel := context.WithCancel(t.Context())
		routed := make(chan struct{})
		go func() {
			defer close(routed)
			b.route(ctx)
		}()
		time.Sleep(10*time.Minute + time.Second)
		if synctest.Wait(); beats != 10 || readies != 0 {
			t.Errorf("%d beats in 10 minutes, ready %d times", beats, readies)
		}
		b.events <- session.Event{Type: "READY"}
		time.Sleep(10 * time.Minute)
		if synctest.Wait(); beats != 10 || readies != 1 {
			t.Errorf("%d beats, of 10, while an event hangs; ready %d times", beats, readies)
		}
		close(goOn)
		b.events <- session.Event{Type: "READY"}
		time.Sleep(10 * time.Minute)
		if synctest.Wait(); beats < 20 || readies != 1 {
			t.Errorf("%d beats after that; ready %d times", beats, readies)
		}
		cancel()
		<-routed
	})
}
