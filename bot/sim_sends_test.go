package bot

import (
	"slices"
	"sync"
	"time"

	"tally/bot/discordtest"
	"tally/eventlog/snowflake"
)

func (s *sim) burst() {
	g := s.guild()
	c := s.channel(g)
	for range 5 + s.rng.IntN(120) {
		s.send(g, c, discordtest.Message{})
		if s.rng.IntN(4) == 0 {
			c = s.channel(g)
			time.Sleep(time.Duration(s.rng.IntN(30)) * time.Millisecond)
		}
	}
}

// millisecond sends messages whose ids share a millisecond, in any order.
func (s *sim) millisecond() {
	g := s.guild()
	c := s.channel(g)
	var ids []snowflake.ID
	for range 2 + s.rng.IntN(9) {
		ids = append(ids, s.id(0))
	}
	s.rng.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
	for _, id := range ids {
		s.send(g, c, discordtest.Message{ID: id})
	}
}

// late sends a message that becomes visible a while after its id was made.
func (s *sim) late() {
	g := s.guild()
	age := time.Duration(s.rng.Int64N(int64(90 * time.Second)))
	s.send(g, s.channel(g), discordtest.Message{ID: s.id(age)})
	s.tally.add("late", 1)
}

// liveFirst sends a message that is live a little before it is in the history, or the other way round, or when it
// is deleted already.
func (s *sim) liveFirst() {
	g := s.guild()
	c := s.channel(g)
	m := discordtest.Message{ID: s.id(0), Author: g.people[0], Delivery: discordtest.HistoryOnly}
	g.sent[m.Author]++
	g.sent[c.id]++
	s.tally.add("messages", 1)
	if s.rng.IntN(2) == 0 {
		s.Send(c.id, m)
		s.sleep(time.Duration(s.rng.Int64N(int64(time.Minute))))
		if s.revive(); slices.Contains(g.channels, c) {
			s.Redeliver(c.id, m.ID)
		}
		return
	}
	m.Delivery = discordtest.Deliver
	switch healthy := s.healthy(g); {
	case healthy && s.chance(30, "deleted first", m.ID):
		m.Delivery = discordtest.HistoryOnly
		s.Send(c.id, m)
		s.Delete(c.id, m.ID)
		s.tally.add("delete before its message", 1)
		m.Delivery = discordtest.DispatchOnly
	case healthy:
		m.Delivery = discordtest.DispatchOnly
		s.Send(c.id, m)
		m.Delivery = discordtest.HistoryOnly
		time.Sleep(time.Duration(s.rng.Int64N(int64(time.Second))))
	}
	s.Send(c.id, m)
}

func (s *sim) redeliver() {
	g := s.guild()
	c := s.channel(g)
	if len(c.messages) > 0 {
		s.Redeliver(c.id, c.messages[s.rng.IntN(len(c.messages))])
		s.tally.add("redelivered", 1)
	}
}

// firstLaggard is one before the bot comes for the first time, in some seeds.
func (s *sim) firstLaggard() {
	if s.lag = func() {}; s.rng.IntN(3) == 0 {
		s.laggard(s.guilds[0])
	}
}

// laggard sends a message that its history shows only a while later: a minute, or when an end is read once more.
// Nobody hears of it live.
func (s *sim) laggard(g *simGuild) {
	c := g.channels[0] // is never deleted
	s.send(g, c, discordtest.Message{ID: s.id(10 * time.Second), Delivery: discordtest.HistoryOnly})
	m := discordtest.Message{ID: s.id(5 * time.Second), Author: g.people[0], Delivery: discordtest.HistoryOnly}
	g.sent[m.Author]++
	g.sent[c.id]++
	s.tally.add("laggard", 1)
	visible := time.Now().Add(time.Minute)
	s.lag = sync.OnceFunc(func() { s.Send(c.id, m) })
	s.OnHistory(func(r discordtest.HistoryRequest) {
		if again := r.Mode == "after" && r.Cursor.Time().After(m.ID.Time().Add(-10*time.Minute)); r.Channel == c.id && again || time.Now().After(visible) {
			s.lag()
		}
	})
}
