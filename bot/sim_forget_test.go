package bot

import (
	"context"
	"fmt"
	"strings"
	"time"

	"tally/bot/discordtest"
	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// forget lets somebody ask to be forgotten, now and then. It draws from the seed alone, so that the other steps are
// those that they were without it. Whatever becomes of the request, half an erasure is one that wasn't told as done.
func (s *sim) forget(step int) {
	if s.life == nil || !s.chance(3, "forget", step) {
		return
	}
	g := s.guilds[step%len(s.guilds)]
	user := g.people[step/2%len(g.people)]
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	i, err := s.Interact(ctx, discordtest.Command{Guild: g.ID(), Channel: g.channels[0].id, User: user, Name: "forget-me"})
	if err != nil {
		return
	}
	if _, err = i.Filled(ctx); err != nil {
		return
	}
	g.erased = append(g.erased, user)
	pressed, err := i.Press(ctx, fmt.Sprintf("forget-me:yes:%d:%d", user, user))
	if err != nil {
		return
	}
	r, err := pressed.Wait(ctx, func(r discordtest.Reply) bool { return !r.Deferred() && len(r.Components) == 0 })
	if err == nil && strings.Contains(text(r), "You are forgotten") {
		g.forgotten = append(g.forgotten, user)
		s.tally.add("/forget-me", 1)
	}
}

// mostOf is how many messages may count at the most under a name.
func (g *simGuild) mostOf(user snowflake.ID) int {
	if user != eventlog.Anonymous {
		return g.sent[user]
	}
	sum, seen := 0, map[snowflake.ID]bool{}
	for _, user := range g.erased {
		if !seen[user] {
			sum += g.sent[user]
			seen[user] = true
		}
	}
	return sum
}

// checkForgotten sees that those who were told so are gone, and takes all who asked for one.
func (s *sim) checkForgotten(g *simGuild, counted, truth map[snowflake.ID]int) {
	for _, user := range g.forgotten {
		if n := counted[user]; n > 0 {
			s.fail("user %s was forgotten, and has %d messages", user, n)
		}
		left, err := s.life.log.Naming(context.Background(), g.ID(), user)
		if err != nil || left.Records > 0 {
			s.fail("user %s was forgotten, and stands in %d records, %v", user, left.Records, err)
		}
	}
	anonymize(counted, g.erased)
	anonymize(truth, g.erased)
}

// erasing reports whether an erasure is under way.
func (s *sim) erasing(g *simGuild) bool { return len(s.life.log.Hidden(g.ID())) > 0 }
