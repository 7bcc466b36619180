package bot

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tally/bot/discordtest"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// leaveRound has the data of left servers looked after now, by Discord's clock as a request shows it.
func (w *world) leaveRound(s server) {
	w.t.Helper()
	w.run(s.Guild, "import-status", nil)
	w.until("the bot knows Discord's time", func() bool {
		now, _ := w.bot.transport.Now()
		return w.Now().Sub(now) < time.Hour
	})
	if err := w.bot.leavers.run(context.Background()); err != nil {
		w.t.Error(err)
	}
}

// holds reports whether the log has anything of a guild.
func (w *world) holds(g *discordtest.Guild) bool {
	w.t.Helper()
	for rec, err := range w.log.Records(g.ID(), [16]byte{}) {
		if err != nil || rec == nil {
			w.t.Fatal(err)
		}
		return true
	}
	return false
}

func leftAt(t *testing.T, log *eventlog.Log, guild snowflake.ID) time.Time {
	t.Helper()
	state, err := projections.Load(log, guild)
	if err != nil {
		t.Fatal(err)
	}
	return state.Left()
}

// TestLeftServersAreErased removes the bot from servers, while it listens and while it is down: their data is erased when
// the days are over, and not before; that of a server to which it comes back stays, and a server that is erased
// starts anew.
func TestLeftServersAreErased(t *testing.T) {
	clock := &handClock{now: time.Now(), step: time.Millisecond}
	w := newWorld(t, discordtest.Options{Clock: clock.Now})
	w.days = 30
	stays, listens, down, returns := w.addServer("stays"), w.addServer("listens"), w.addServer("down"), w.addServer("returns")
	all := []server{stays, listens, down, returns}
	for _, s := range all {
		w.write(s, 10)
	}
	w.start()
	for _, s := range all {
		w.run(s.Guild, "import-messages", nil)
		w.imported(s.Guild)
		w.write(s, 10)
		w.exact(s.Guild)
	}
	listens.RemoveBot()
	returns.RemoveBot()
	w.until("it is noted", func() bool {
		return !leftAt(t, w.log, listens.ID()).IsZero() && !leftAt(t, w.log, returns.ID()).IsZero()
	})
	clock.move(29 * 24 * time.Hour)
	w.leaveRound(stays)
	returns.ReturnBot()
	w.until("it is back", func() bool { return leftAt(t, w.log, returns.ID()).IsZero() })
	for _, s := range all {
		if !w.holds(s.Guild) {
			t.Errorf("%s is erased too early", s.ID())
		}
	}
	w.stopBot()
	down.RemoveBot()
	clock.move(2 * 24 * time.Hour)
	w.startIn(stays.Guild, returns.Guild)
	w.leaveRound(stays)
	if w.holds(listens.Guild) || !w.holds(down.Guild) || !w.holds(stays.Guild) || !w.holds(returns.Guild) {
		t.Error("after 31 days the wrong ones are erased")
	}
	if _, err := os.Stat(filepath.Join(w.dir, "snapshots", listens.ID().String()+".state")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("its snapshot is still there: %v", err)
	}
	if at := leftAt(t, w.log, down.ID()); at.IsZero() || clock.Now().Sub(at) > time.Hour {
		t.Errorf("it was removed at %s", at)
	}
	listens.ReturnBot()
	w.until("the bot knows the guild", func() bool { _, ok := w.bot.Guild(listens.ID()); return ok })
	w.write(listens, 4)
	w.until("it counts", func() bool { return w.total(listens) == 4 })
	w.leaveRound(stays)
	if !w.holds(listens.Guild) {
		t.Error("the server that came back is erased")
	}
	clock.move(31 * 24 * time.Hour)
	w.leaveRound(stays)
	if w.holds(down.Guild) {
		t.Error("the server that was left while the bot was down is not erased")
	}
	if guilds, err := w.log.Guilds(); err != nil || len(guilds) != 3 {
		t.Errorf("the log has %v, %v", guilds, err)
	}
	w.exact(stays.Guild)
	w.exact(returns.Guild)
	w.run(listens.Guild, "import-messages", nil)
	w.imported(listens.Guild)
	w.exact(listens.Guild)
	if _, err := w.log.Check(func(err error) { t.Error(err) }); err != nil {
		t.Error(err)
	}
	w.stopBot()
	if times := named(t, w.dir, down.ann); times > 0 {
		t.Errorf("somebody of an erased server stands %d times in the data folder", times)
	}
}

// TestOutageIsNoRemoval: a server that is out for long was not left.
func TestOutageIsNoRemoval(t *testing.T) {
	clock := &handClock{now: time.Now(), step: time.Millisecond}
	w := newWorld(t, discordtest.Options{Clock: clock.Now})
	w.days = 1
	s, other := w.addServer("out"), w.addServer("other")
	w.start()
	w.write(s, 10)
	w.exact(s.Guild)
	s.SetOutage(true)
	clock.move(99 * 24 * time.Hour)
	w.leaveRound(other)
	w.leaveRound(other)
	if !w.holds(s.Guild) || !leftAt(t, w.log, s.ID()).IsZero() {
		t.Error("it was taken for a removal")
	}
	s.SetOutage(false)
	w.exact(s.Guild)
}
