package bot

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"tally/bot/discordtest"
	"tally/bot/verify"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// check holds the bot at rest against the truth.
func (s *sim) check() {
	for _, g := range s.guilds {
		var truth discordtest.Truth
		users, channels := map[snowflake.ID]int{}, map[snowflake.ID]int{}
		s.view(g, func(p *projections.Guild) {
			for _, u := range p.Standings() {
				if u.Messages > 0 {
					users[u.User] = int(u.Messages)
				}
			}
			truth = s.TruthBy(g.ID(), rulesOf(p.Settings()))
			var err error
			if channels, err = existing(p, s.life.log); err != nil {
				s.fail("read the log: %v", err)
			}
			result, err := verify.AgainstLog(s.life.log, p)
			if err != nil || !result.Exact() {
				s.fail("against the log: %+v, %v", result, err)
			}
		})
		if s.bare { // what was deleted unheard is still counted: see complete
			continue
		}
		s.checkForgotten(g, users, truth.Users)
		if !maps.Equal(users, truth.Users) || !maps.Equal(channels, truth.Channels) {
			s.tally.add("miscounts", 1)
			s.fail("the counts differ:%s%s%s", differences(users, truth.Users), differences(channels, truth.Channels), s.explain(g))
		}
	}
	for _, v := range s.Violations() {
		if !strings.Contains(v, ": answered after") { // an interaction that a resumed session brought late
			s.fail("violation: %s", v)
		}
	}
}

// checkFile stops the bot, and holds what a later start would load against a replay.
func (s *sim) checkFile() {
	dir := s.life.dir
	s.stop()
	log, err := eventlog.Open(dir, eventlog.Options{ReadOnly: true})
	if err != nil {
		s.fail("open the log again: %v", err)
		return
	}
	defer func() { _ = log.Close() }()
	if _, err := log.Check(func(err error) { s.fail("the log: %v", err) }); err != nil {
		s.fail("check the log: %v", err)
	}
	for _, g := range s.guilds {
		loaded, err := projections.Load(log, g.ID())
		if err != nil {
			s.fail("load: %v", err)
			continue
		}
		replayed, err := projections.Replay(log, g.ID(), loaded.Position())
		if err != nil || !bytes.Equal(loaded.Encode(), replayed.Encode()) {
			s.fail("what is loaded is not what a replay gives (%v)", err)
		}
	}
}

func differences(counted, truth map[snowflake.ID]int) (text string) {
	ids := maps.Clone(counted)
	maps.Copy(ids, truth)
	for id := range ids {
		if counted[id] != truth[id] {
			text += fmt.Sprintf("\n%s: counted %d, truth %d", id, counted[id], truth[id])
		}
	}
	return text
}

// explain names the messages that are counted and not there, or the other way round.
func (s *sim) explain(g *simGuild) (text string) {
	there := map[snowflake.ID]bool{}
	for _, c := range g.Guild.Channels() {
		for m := range g.History(c) {
			if m.Counts {
				there[m.ID] = true
			}
		}
	}
	s.view(g, func(p *projections.Guild) {
		_, _ = projections.EachCounted(s.life.log, g.ID(), p.Position(), func(channel, id, author snowflake.ID) {
			if !there[id] {
				text += fmt.Sprintf("\nextra %s of %s in %s, %s", id, author, channel, id.Time())
			}
			delete(there, id)
		})
		for id := range there {
			text += fmt.Sprintf("\nmissing %s, %s, known as deleted: %v", id, id.Time(), p.IsDeleted(id))
		}
		if c := p.Committed(); c != nil {
			text += fmt.Sprintf("\ncutoff %s, now %s", c.Cutoff.Time(), s.Now())
		}
	})
	return text
}

// complete sees, without patrols, that nothing is missing that Discord has told of or that a catch-up should
// have read. Threads that were opened and closed again in a gap only patrols find.
func (s *sim) complete() {
	if !s.bare || s.dropped {
		return
	}
	for _, g := range s.guilds {
		if s.gaveUp(g) {
			continue
		}
		var newest snowflake.ID                  // of what an import or live tracking must have: before an import only the latter
		there := map[snowflake.ID]snowflake.ID{} // and its channel
		for _, c := range g.channels {
			for m := range g.History(c.id) {
				if m.Counts && c.parent == 0 {
					there[m.ID] = c.id
				}
			}
		}
		s.view(g, func(p *projections.Guild) {
			if p.Committed() == nil {
				there = nil
				return
			}
			newest = p.Committed().Cutoff
			maps.DeleteFunc(there, func(_, channel snowflake.ID) bool { return p.IsExcluded(channel) })
			_, _ = projections.EachCounted(s.life.log, g.ID(), p.Position(), func(_, id, _ snowflake.ID) { delete(there, id) })
		})
		if len(there) > 0 {
			s.tally.add("miscounts", 1)
			s.fail("%d messages missing before the last import, cutoff %s, such as%s", len(there), newest.Time(), some(there))
		}
	}
}

// some lists a few messages, by channel.
func some(there map[snowflake.ID]snowflake.ID) (text string) {
	for n, id := range slices.Sorted(maps.Keys(there)) {
		if n == 5 {
			break
		}
		text += fmt.Sprintf("\n%s in %s, %s", id, there[id], id.Time())
	}
	return text
}
