package bot

import (
	"testing"
	"time"

	"tally/bot/discordtest"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// TestDeletesOfADowntime has people delete messages, channels and threads while the bot is down. It learns
// of all that by itself.
func TestDeletesOfADowntime(t *testing.T) {
	clock := &handClock{now: time.Now().Add(-72 * time.Hour), step: time.Millisecond}
	w := newWorld(t, discordtest.Options{Clock: clock.Now})
	s := w.addServer("deletes")
	thread := s.AddThread(discordtest.ThreadSpec{Parent: s.general, Name: "thread"})
	gone := s.AddThread(discordtest.ThreadSpec{Parent: s.general, Name: "gone"})
	channel := s.AddChannel(discordtest.ChannelSpec{Name: "channel"})
	under := s.AddThread(discordtest.ThreadSpec{Parent: channel, Name: "under"})
	archived := s.AddThread(discordtest.ThreadSpec{Parent: s.other, Name: "archived", Archived: true, Silent: true})
	var old []snowflake.ID
	for range 230 {
		old = append(old, w.Send(s.general, discordtest.Message{Author: s.ann}))
	}
	for _, id := range []snowflake.ID{thread, gone, channel, under} {
		w.Send(id, discordtest.Message{Author: s.bob})
	}
	first := w.Send(archived, discordtest.Message{Author: s.bob, Delivery: discordtest.HistoryOnly})
	w.start()
	w.run(s.Guild, "import-messages", nil)
	w.imported(s.Guild)
	var live []snowflake.ID
	for range 20 {
		live = append(live, w.Send(s.general, discordtest.Message{Author: s.bob}))
	}
	last := w.Send(thread, discordtest.Message{Author: s.ann})
	w.exact(s.Guild)
	w.stopBot()
	w.Delete(s.general, old[3], old[100], old[101], old[229])
	w.Delete(s.general, live[0], live[5], live[19])
	w.Delete(thread, last)
	w.Delete(archived, first)
	s.DeleteChannel(gone)
	s.DeleteChannel(channel)
	w.write(s, 7)
	briefly := s.AddThread(discordtest.ThreadSpec{Parent: s.other, Name: "briefly", Silent: true})
	w.Send(briefly, discordtest.Message{Author: s.ann})
	s.ArchiveThread(briefly, time.Time{}) // its channel has not moved
	clock.move(10 * time.Minute)          // what is young might only not be visible yet
	w.start()
	w.settled(s)
	w.checked(s)
}

// checked waits until the patrol has nothing left to do.
func (w *world) checked(s server) {
	w.t.Helper()
	w.until("everything is checked", func() (ok bool) {
		w.view(s.Guild, func(g *projections.Guild) {
			ok = len(g.Unchecked(func(snowflake.ID) snowflake.ID { return 0 })) == 0
		})
		return ok
	})
	w.exact(s.Guild)
}
