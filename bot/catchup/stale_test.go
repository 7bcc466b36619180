package catchup

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tally/bot/discordtest"
)

// TestPageOlderThanAGap has a page be on its way while the bot is cut off, and something in it be deleted that
// nobody tells of.
func TestPageOlderThanAGap(t *testing.T) {
	inWorld(t, func(w *world) {
		w.arrive()
		time.Sleep(time.Hour)
		w.write(w.general, 2)
		gone := w.Send(w.general, discordtest.Message{Author: w.ann})
		w.arrive()
		var asked atomic.Int32
		w.OnRequest(func(r *http.Request) *discordtest.Fault {
			if strings.HasSuffix(r.URL.Path, "/messages") && asked.Add(1) == 1 {
				return &discordtest.Fault{Slow: 10 * time.Second}
			}
			return nil
		})
		time.AfterFunc(5*time.Second, func() {
			w.DeleteQuietly(w.general, gone)
			w.arrive()
		})
		must(w.t, w.c.Run(w.t.Context()))
		w.wants(2, 0)
		if asked.Load() < 2 {
			w.t.Error("the page was not asked for again")
		}
	})
}
