package bot

import (
	"testing/synctest"
	"time"

	"tally/projections"
)

func (s *sim) guild() *simGuild { return s.guilds[s.rng.IntN(len(s.guilds))] }

// channel returns a channel that holds messages, the busy one most often.
func (s *sim) channel(g *simGuild) *simChannel {
	if s.rng.IntN(2) == 0 {
		return g.channels[0]
	}
	for {
		if c := g.channels[s.rng.IntN(len(g.channels))]; c.holds() {
			return c
		}
	}
}

// sleep lets time pass, and looks at the counts now and then.
func (s *sim) sleep(d time.Duration) {
	for range 3 {
		time.Sleep(d / 3)
		synctest.Wait()
		s.observe()
	}
}

// observe holds what is shown against what was ever sent.
func (s *sim) observe() {
	if s.life == nil || s.failed {
		return
	}
	for _, g := range s.guilds {
		target, ok := s.life.bot.Guild(g.ID())
		if !ok {
			continue
		}
		target.Gate.View(func(p *projections.Guild) {
			for _, u := range p.Standings() {
				if most := g.mostOf(u.User); int(u.Messages) > most && u.User != s.BotID() { // what it says itself nobody counts
					s.fail("user %s has %d messages, but sent only %d", u.User, u.Messages, most)
				}
			}
			for _, c := range p.Channels() {
				if p.Policy() == (projections.Policy{}) && !p.Settings().Deleted && int(c.Messages) > g.sent[c.Channel] {
					s.fail("channel %s has %d messages, but only %d were sent", c.Channel, c.Messages, g.sent[c.Channel])
				}
			}
		})
	}
}
