package bot

import (
	"testing/synctest"
	"time"

	"tally/bot/discordtest"
)

func (s *sim) disconnect() {
	cut := discordtest.Cut{Code: []int{0, 0, 4000, 4008, 4009, 4007, 4004, 4014}[s.rng.IntN(8)], Invalidate: s.rng.IntN(2) == 0}
	synctest.Wait()
	s.Disconnect(cut)
	s.trouble = time.Now()
	s.tally.add("disconnect", 1)
}

// op7 and op9 come on connections that are open: while one is being opened discordgo would wait for a
// mutex of its own for ever, and the clock of a bubble with it.
func (s *sim) op7() {
	if s.connected() {
		s.Reconnect()
		s.trouble = time.Now()
		s.tally.add("op 7", 1)
	}
}

func (s *sim) op9() {
	if s.connected() {
		s.InvalidSession(s.rng.IntN(2) == 0)
		s.trouble = time.Now()
		s.tally.add("op 9", 1)
	}
}

func (s *sim) connected() bool {
	synctest.Wait()
	all := s.Sessions()
	return len(all) == 1 && all[0].Connected && all[0].Heartbeats > 0
}

// outage makes a guild unavailable for a while, in which people write on.
func (s *sim) outage() {
	g := s.guild()
	g.out = true
	g.SetOutage(true)
	s.tally.add("outage", 1)
	longest := []time.Duration{0, 0, 30 * time.Second}[s.rng.IntN(3)] // between two messages
	for range s.rng.IntN(30) {
		s.send(g, s.channel(g), discordtest.Message{Delivery: discordtest.HistoryOnly})
		s.sleep(time.Duration(s.rng.Int64N(int64(longest) + 1)))
	}
	s.sleep(time.Duration(s.rng.Int64N(int64(time.Minute))))
	g.SetOutage(false)
	s.trouble = time.Now()
	g.out = false
}

// storm is a connection lost in bad weather: what was missed is read while REST fails and rights change.
func (s *sim) storm() {
	s.weather()
	s.Disconnect(discordtest.Cut{Code: 4000, Invalidate: true})
	s.trouble = time.Now()
	s.tally.add("storm", 1)
	for range s.rng.IntN(80) {
		g := s.guild()
		s.send(g, s.channel(g), discordtest.Message{})
		time.Sleep(time.Duration(s.rng.Int64N(int64(200 * time.Millisecond))))
		if s.rng.IntN(12) == 0 {
			s.permission()
		}
	}
}

// mute makes the gateway fall silent: no answers to heartbeats, or none to new connections.
func (s *sim) mute() {
	if s.rng.IntN(2) == 0 {
		s.MuteHeartbeats(true)
		s.sleep(time.Duration(s.rng.Int64N(int64(6 * time.Minute))))
		s.MuteHeartbeats(false)
		s.trouble = time.Now()
	} else {
		s.MuteHello(true)
		s.disconnect()
		s.sleep(time.Duration(s.rng.Int64N(int64(2 * time.Minute))))
		s.MuteHello(false)
		s.trouble = time.Now()
	}
	s.tally.add("mute", 1)
}

// restart stops the bot politely; people write on.
func (s *sim) restart() {
	dir := s.life.dir
	s.life.crashIn.Store(0)
	if synctest.Wait(); len(s.life.crashed) > 0 {
		return
	}
	s.stop()
	s.tally.add("restart", 1)
	s.downtime()
	s.start(dir)
}

func (s *sim) crashNow() {
	if synctest.Wait(); len(s.life.crashed) > 0 {
		return
	}
	dir := s.crash()
	s.tally.add("crash", 1)
	s.downtime()
	s.start(dir)
}

// planCrash lets the bot die a few records later, in the middle of a commit.
func (s *sim) planCrash() { s.life.crashIn.Store(1 + s.rng.Int64N(25)) }

// crashInImport lets it die between two pages of an import.
func (s *sim) crashInImport() {
	if s.command("import-messages", map[string]any{"force": true}) && s.life != nil {
		s.life.crashIn.Store(1 + s.rng.Int64N(9))
	}
}

func (s *sim) downtime() {
	for range s.rng.IntN(3) {
		s.burst()
		s.sleep(s.pause())
	}
	for range s.rng.IntN(3) {
		[]func(){func() { s.thread(s.guild()) }, s.archive, s.deleteChannel, s.permission, func() { s.delete(1 + s.rng.IntN(9)) }}[s.rng.IntN(5)]()
	}
	if s.limits.Mode != discordtest.LimitsOff {
		s.sleep(newProcess)
	}
}
