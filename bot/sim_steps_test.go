package bot

import (
	"context"
	"testing/synctest"
	"time"

	"tally/bot/discordtest"
)

// step is something that happens.
type step struct {
	weight int
	name   string
	do     func(*sim)
}

var simSteps = []step{
	{30, "send", func(s *sim) { g := s.guild(); s.send(g, s.channel(g), discordtest.Message{}) }},
	{12, "burst", (*sim).burst},
	{4, "one millisecond", (*sim).millisecond},
	{8, "delete", func(s *sim) { s.delete(1) }},
	{4, "bulk delete", func(s *sim) { s.delete(2 + s.rng.IntN(30)) }},
	{4, "delete in flight", (*sim).deleteInFlight},
	{3, "thread", func(s *sim) { s.thread(s.guild()) }},
	{3, "archive", (*sim).archive},
	{1, "channel deleted", (*sim).deleteChannel},
	{2, "permission", (*sim).permission},
	{6, "import", func(s *sim) { s.command("import-messages", nil) }},
	{3, "forced import", func(s *sim) { s.command("import-messages", map[string]any{"force": true}) }},
	{2, "cancel", func(s *sim) { s.command("import-cancel", nil) }},
	{2, "verify", func(s *sim) {
		s.command("verify-message-counts", []map[string]any{nil, {"deep": true}, {"deep": true, "repair": true}}[s.rng.IntN(3)])
	}},
	{6, "settings", (*sim).settings},
	{2, "late", (*sim).late},
	{2, "live first", (*sim).liveFirst},
	{2, "redelivered", (*sim).redeliver},
	{4, "disconnect", (*sim).disconnect},
	{2, "op 7", (*sim).op7},
	{2, "op 9", (*sim).op9},
	{2, "outage", (*sim).outage},
	{5, "weather", (*sim).weather},
	{3, "storm", (*sim).storm},
	{2, "siege", (*sim).siege},
	{1, "lockout", (*sim).lockout},
	{2, "doubled events", (*sim).doubles},
	{1, "dropped events", (*sim).drops},
	{1, "mute", (*sim).mute},
	{3, "restart", (*sim).restart},
	{2, "crash", (*sim).crashNow},
	{4, "planned crash", (*sim).planCrash},
	{3, "crash in an import", (*sim).crashInImport},
}

// play takes a random schedule.
func (s *sim) play() {
	total := 0
	for _, st := range simSteps {
		total += st.weight
	}
	for n := range 20 + s.rng.IntN(60) {
		s.revive()
		at := s.rng.IntN(total)
		for _, st := range simSteps {
			if at -= st.weight; at < 0 {
				s.log.Info("step", "n", n, "name", st.name)
				st.do(s)
				break
			}
		}
		synctest.Wait()
		s.observe()
		s.forget(n)
		s.sleep(s.pause())
	}
	if s.rng.IntN(4) == 0 { // nothing that comes later reads again what it hides
		s.revive()
		s.lockout()
	}
}

func (s *sim) pause() time.Duration {
	longest := []time.Duration{0, 20 * time.Millisecond, 2 * time.Second, 20 * time.Second}[s.rng.IntN(4)]
	if s.rng.IntN(60) == 0 {
		longest = 40 * time.Minute
	}
	return time.Duration(s.rng.Int64N(int64(longest) + 1))
}

// command runs a slash command as the owner. Whether it worked shows elsewhere.
func (s *sim) command(name string, options map[string]any) bool {
	g := s.guild()
	return s.commandIn(g, name, options)
}

func (s *sim) commandIn(g *simGuild, name string, options map[string]any) bool {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_, err := s.Interact(ctx, discordtest.Command{Guild: g.ID(), Channel: g.channels[0].id, User: g.Owner(), Name: name, Options: options})
	if err != nil {
		s.log.Info("a command went wrong", "name", name, "error", err)
	} else {
		s.tally.add("/"+name, 1)
	}
	return err == nil
}
