package bot

import (
	"testing"
	"testing/synctest"
	"time"

	"tally/bot/discordtest"
)

// bubble plays on virtual time, on a network in memory: waits cost nothing, and end when everybody waits.
func bubble(t *testing.T, o discordtest.Options, play func(t *testing.T, w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		net := newSimNet()
		o.Listener = net
		w := newWorld(t, o)
		w.line = &line{net: net}
		defer func() {
			w.stopBot()
			w.line.kill()
			w.Close()
			time.Sleep(5 * time.Minute) // discordgo's own goroutines come to their end
		}()
		play(t, w)
	})
}

// bubbleTime is Discord's, which a bubble's is 26 years behind.
func bubbleTime() time.Time { return time.Now().AddDate(26, 0, 0) }
