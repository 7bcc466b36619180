package worker

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestWorker works when it is woken, again after an error and when something else goes first, and not else.
func TestWorker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var runs int
		var result error
		var mu sync.Mutex // of both
		set := func(err error) {
			mu.Lock()
			defer mu.Unlock()
			result = err
		}
		w := Start(slog.New(slog.DiscardHandler), "the work", 0, func(context.Context) error {
			mu.Lock()
			defer mu.Unlock()
			runs++
			return result
		})
		want := func(least, most int) {
			t.Helper()
			synctest.Wait()
			mu.Lock()
			defer mu.Unlock()
			if runs < least || runs > most {
				t.Errorf("%d runs, want %d to %d", runs, least, most)
			}
			runs = 0
		}
		time.Sleep(59 * time.Minute)
		want(0, 0)
		w.Wake()
		want(1, 1)
		time.Sleep(time.Hour)
		want(1, 1) // unasked
		set(ErrLater)
		w.Wake()
		time.Sleep(10 * time.Minute)
		want(20, 22)
		set(errors.New("no"))
		time.Sleep(time.Hour)
		want(40, 120)
		set(nil)
		time.Sleep(2 * time.Minute)
		want(1, 1)
		w.Close()
		w.Wake()
		time.Sleep(time.Hour)
		want(0, 0)
	})
}

// TestClose ends the context of the work that is under way, and waits for it.
func TestClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := false
		w := Start(slog.New(slog.DiscardHandler), "the work", 0, func(ctx context.Context) error {
			<-ctx.Done()
			time.Sleep(time.Second)
			ended = true
			return ctx.Err()
		})
		w.Wake()
		synctest.Wait()
		if w.Close(); !ended {
			t.Error("closed before the work was")
		}
	})
}

// TestRest lets time pass before the work, and takes what comes meanwhile together.
func TestRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var runs []time.Duration
		begin := time.Now()
		w := Start(slog.New(slog.DiscardHandler), "the work", time.Minute, func(context.Context) error {
			runs = append(runs, time.Since(begin))
			return nil
		})
		defer w.Close()
		w.Wake()
		time.Sleep(30 * time.Second)
		w.Wake()
		time.Sleep(30 * time.Minute)
		synctest.Wait()
		if len(runs) != 1 || runs[0] != 90*time.Second {
			t.Errorf("runs after %v", runs)
		}
	})
}
