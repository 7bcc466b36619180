package main

import (
	"context"
	"fmt"
	"time"

	"tally/bot/discordtest"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// play is the demo: an import while people write, two verifications, and the comparison.
func (s *stage) play(ctx context.Context) (*result, error) {
	r := &result{Guild: s.guild.ID(), Data: s.kept}
	history := s.survey()
	r.History = history.size
	s.t.say("A server with %s in %s, on an emulated Discord.", count(r.History.Messages, "message"), number(r.History.Channels)+" channels and threads")
	if err := s.start(); err != nil {
		return nil, err
	}
	if err := s.await(ctx); err != nil {
		return nil, err
	}
	people := newTraffic(s.server, history, s.live, s.seed)
	people.open()
	begun := time.Now()
	if _, err := s.ask(ctx, history, "import-messages", nil); err != nil {
		return nil, err
	}
	if err := s.watch(ctx, history, begun, r); err != nil {
		return nil, err
	}
	r.Live = people.close()
	if err := s.settle(ctx, r); err != nil {
		return nil, err
	}
	var err error
	if r.Log, err = s.verify(ctx, history, false); err != nil {
		return nil, err
	}
	if r.Discord, err = s.verify(ctx, history, true); err != nil {
		return nil, err
	}
	r.Requests = s.bot.Requests().Requests
	s.compare(r)
	return r, nil
}

// survey finds out what there is to count.
func (s *stage) survey() survey {
	v := survey{}
	for _, id := range s.guild.Channels() {
		n := 0
		for range s.guild.History(id) {
			n++
		}
		if n > 0 {
			v.size.Channels++
			v.size.Messages += n
			v.pages += (n - 1) / perPage // the oldest page is asked for from below
			v.channels = append(v.channels, id)
		}
	}
	v.people = s.server.Truth(s.guild.ID()).Users
	return v
}

// survey is a server before the demo.
type survey struct {
	size     historySize
	pages    int            // that an import asks for from the newest to the oldest
	channels []snowflake.ID // that have messages
	people   map[snowflake.ID]int
}

// ask sends a command as the server's owner and returns the answer.
func (s *stage) ask(ctx context.Context, v survey, name string, options map[string]any) (discordtest.Reply, error) {
	if len(v.channels) == 0 {
		return discordtest.Reply{}, fmt.Errorf("the server's history is empty")
	}
	ctx, stop := context.WithTimeout(ctx, answerWithin)
	defer stop()
	i, err := s.server.Interact(ctx, discordtest.Command{
		Guild: s.guild.ID(), Channel: v.channels[0], User: s.guild.Owner(), Name: name, Options: options,
	})
	if err != nil {
		return discordtest.Reply{}, err
	}
	reply, err := i.Filled(ctx)
	if err != nil {
		return reply, fmt.Errorf("wait for the answer to /%s: %w", name, err)
	}
	return reply, nil
}

// watch follows the import to its end.
func (s *stage) watch(ctx context.Context, v survey, begun time.Time, r *result) error {
	m := newMeter(s.t, "/import-messages", v.size.Messages)
	defer m.end()
	last, since := uint64(0), time.Now()
	for {
		p, ok := s.target.Job.Progress()
		m.show(p.Import.Messages)
		if ok && p.Import.Outcome != 0 {
			r.Imported, r.Seconds = p.Import.Messages, time.Since(begun).Seconds()
			return nil
		}
		if p.Import.Messages > last {
			last, since = p.Import.Messages, time.Now()
		}
		if time.Since(since) > stallsAfter {
			return fmt.Errorf("the import has read nothing for %s; -v shows the bot's log", stallsAfter)
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// settle waits until the last live messages have come through and the counts are right, or until that
// is not to be hoped for any more: compare tells.
func (s *stage) settle(ctx context.Context, r *result) error {
	deadline := time.Now().Add(settleWithin)
	for s.compare(r); !r.same() && time.Now().Before(deadline); s.compare(r) {
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// compare holds every user's and every channel's count against what was really sent.
func (s *stage) compare(r *result) {
	truth := s.server.Truth(s.guild.ID())
	r.Expected, r.Violations = truth.Total, s.server.Violations()
	s.target.Gate.View(func(g *projections.Guild) {
		users, channels := map[snowflake.ID]int{}, map[snowflake.ID]int{}
		r.Top = r.Top[:0]
		for _, u := range g.Standings() {
			if users[u.User] = int(u.Messages); len(r.Top) < topShown {
				r.Top = append(r.Top, projections.UserReport{User: u.User, Messages: u.Messages, Seen: u.Seen()})
			}
		}
		for _, c := range g.Channels() {
			channels[c.Channel] = int(c.Messages)
		}
		r.Counted = int(g.Total())
		r.Users, r.UserDifferences = len(truth.Users), differences(users, truth.Users)
		r.Channels, r.ChannelDifferences = len(truth.Channels), differences(channels, truth.Channels)
	})
}
