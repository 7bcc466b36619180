package bot

import (
	"fmt"
	"slices"
	"testing/synctest"
	"time"

	"tally/projections"
)

// settle ends all trouble, and waits until the bot is at rest and has imported what there is.
func (s *sim) settle() bool {
	s.lag()
	s.OnRequest(nil)
	s.OnDispatch(nil)
	for _, g := range s.guilds {
		for _, c := range g.channels {
			if c.denied != 0 {
				g.AllowBot(c.id, c.denied)
				c.denied = 0
			}
		}
	}
	s.life.crashIn.Store(0)
	s.sleep(10 * time.Second) // no import finds what Discord lost at or after its cutoff; and a connection told to close has closed
	if !s.until("the bot is at rest", func() bool { return s.rests(0) }) {
		return false
	}
	s.complete()
	for _, g := range s.guilds {
		if !s.lastImport(g) {
			return false
		}
	}
	s.sleep(2 * time.Minute)
	return s.until("the bot is at rest again", func() bool { return s.rests(1) })
}

// lastImport has the bot import a guild once more, if that is needed. Some of what was sent just before that becomes
// visible only while it runs.
func (s *sim) lastImport(g *simGuild) bool {
	number := uint32(0) // of the import that is needed, at least
	gaveUp := s.gaveUp(g)
	s.view(g, func(p *projections.Guild) {
		if s.force || gaveUp || p.Committed() == nil {
			number = p.NextImport()
		}
	})
	begun := false
	done := s.until("the last import is done", func() bool {
		committed := uint32(0)
		s.view(g, func(p *projections.Guild) {
			if c := p.Committed(); c != nil && c.Forced { // and not one that reads new channels
				committed = c.Number
			}
		})
		if committed < number && s.rests(0) {
			if !begun && s.chance(50, "last laggard", g.ID()) {
				s.laggard(g)
			}
			begun = true
			s.commandIn(g, "import-messages", map[string]any{"force": true})
		}
		return committed >= number && s.rests(0)
	})
	s.lag()
	return done
}

func (s *sim) until(what string, ok func() bool) bool {
	for range 4 * 3600 {
		if s.revive(); s.failed || ok() {
			return !s.failed
		}
		time.Sleep(time.Second)
		synctest.Wait()
		s.observe()
	}
	s.fail("waited in vain until %s: %s", what, s.unrest())
	return false
}

func (s *sim) view(g *simGuild, look func(*projections.Guild)) {
	if target, ok := s.life.bot.Guild(g.ID()); ok {
		target.Gate.View(look)
	}
}

// unrest tells what there is still to be done.
func (s *sim) unrest() string {
	text := fmt.Sprintf("sessions %+v", s.Sessions())
	for _, g := range s.guilds {
		s.view(g, func(p *projections.Guild) {
			text += fmt.Sprintf("\n%s: running %+v, gaps %v, unchecked %v", g.ID(), p.Running(), p.Gaps(), s.unchecked(g, p))
		})
	}
	return text
}

// settled reports whether nothing is left to be read or checked. Without patrols, gaps of channels that are gone
// stay open, and so do the questions after deletes.
func (s *sim) settled(g *simGuild, p *projections.Guild) bool {
	if s.bare {
		return !slices.ContainsFunc(p.Gaps(), func(gap projections.Gap) bool {
			return gap.Channel == 0 || slices.ContainsFunc(g.channels, func(c *simChannel) bool { return c.id == gap.Channel && c.parent == 0 })
		})
	}
	return len(p.Gaps()) == 0 && len(s.unchecked(g, p)) == 0
}

// unchecked returns the channels in which something may have been deleted unheard.
func (s *sim) unchecked(g *simGuild, p *projections.Guild) []projections.Check {
	target, _ := s.life.bot.Guild(g.ID())
	return p.Unchecked(target.Directory.ParentOf)
}

// rests reports whether nothing is left to be done, with all guilds' imports done at least so often.
func (s *sim) rests(imports int) bool {
	if !s.connected() {
		return false
	}
	rests := true
	for _, g := range s.guilds {
		known := false
		s.view(g, func(p *projections.Guild) {
			known = p.Running() == nil && !p.Stale() && !s.erasing(g) && s.settled(g, p) && (imports == 0 || p.Committed() != nil)
		})
		rests = rests && known
	}
	return rests
}
