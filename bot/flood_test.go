package bot

import (
	"slices"
	"sync"
	"testing"
	"time"

	"tally/bot/discordtest"
	"tally/eventlog"
	"tally/projections"
)

// TestFlood has a guild's writer be stuck while more comes than may wait: what doesn't fit is lost to the
// gateway, and read from history when the writer works again.
func TestFlood(t *testing.T) {
	bubble(t, discordtest.Options{Clock: bubbleTime}, func(t *testing.T, w *world) {
		s := w.addServer("flood")
		w.write(s, 50)
		w.start()
		w.run(s.Guild, "import-messages", nil)
		w.imported(s.Guild)
		time.Sleep(time.Minute)
		stuck := make(chan struct{})
		release := sync.OnceFunc(func() { close(stuck) })
		defer release()
		written := make(chan error, 1)
		go func() {
			written <- w.target(s.Guild).Gate.Write(t.Context(), func(*projections.Guild) ([]eventlog.Body, error) {
				<-stuck
				return nil, nil
			})
		}()
		w.write(s, 2*eventQueue)
		for begin := time.Now(); slices.ContainsFunc(w.Sessions(), connected) && time.Since(begin) < time.Minute; {
			time.Sleep(time.Second)
		}
		if n := len(w.bot.events); n != eventQueue {
			t.Errorf("%d events are waiting, want %d: that is no flood", n, eventQueue)
		}
		w.write(s, 100)
		release()
		if err := <-written; err != nil {
			t.Error(err)
		}
		time.Sleep(5 * time.Minute)
		w.settled(s)
		if got := w.Stats(); got.Identifies < 2 || got.Resumes > 0 {
			t.Errorf("%d IDENTIFYs and %d RESUMEs: a session with a hole must not go on", got.Identifies, got.Resumes)
		}
	})
}

func connected(s discordtest.SessionInfo) bool { return s.Connected }
