package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"time"

	"tally/bot/discordtest"
	"tally/projections"
)

const (
	chaosHeartbeat = 3 * time.Second // so that what is covered moves on while it all goes wrong
	chaosLives     = 3               // of the bot: all but the last end by a kill
	chaosTick      = 5 * time.Millisecond
	chaosLasts     = 25 * time.Second // roughly; live messages are spread over it
	downtime       = 400 * time.Millisecond
)

// chaos is the demo with all that can go wrong. One goroutine directs it: what it does and in which
// order comes from the seed. What the bot makes of it at that moment doesn't, hence neither do the counts
// of faults that fall on its requests and events.
type chaos struct {
	*stage
	history  survey
	survived *survived
	rng      *rand.Rand
	begun    time.Time
	imported time.Time // when the import was asked for
	people   *traffic
	members  crowd
	gateway  [chaosLives][]gatewayFault
	pages    pages
	weather  weather
	process  *process // the bot in a process of its own; nil: it is down, or in this one

	session string    // the gateway session that was last seen to be connected
	heard   time.Time // when that was
	listens atomic.Bool
}

// playChaos is play with everything going wrong: an import in three lives of the bot, then rest, then
// the verifications and the comparison.
func (s *stage) playChaos(ctx context.Context) (*result, error) {
	r := &result{Guild: s.guild.ID(), Data: s.kept, Chaos: newSurvived()}
	c := s.newChaos(r.Chaos)
	r.History = c.history.size
	s.t.say("A server with %s in %s, on an emulated Discord.", count(r.History.Messages, "message"), number(r.History.Channels)+" channels and threads")
	defer c.leave()
	c.open(ctx)
	for act := range chaosLives {
		if err := c.act(ctx, act); err != nil {
			return nil, err
		}
	}
	c.calm()
	r.Live = c.people.close()
	s.target.Gate.View(func(g *projections.Guild) { r.Imported = g.Committed().Messages })
	r.Seconds = time.Since(c.imported).Seconds()
	if err := c.rest(ctx, r); err != nil {
		return nil, err
	}
	var err error
	if r.Log, err = s.verify(ctx, c.history, false); err != nil {
		return nil, err
	}
	if r.Discord, err = s.verify(ctx, c.history, true); err != nil {
		return nil, err
	}
	r.Requests = int64(s.server.Stats().Requests)
	s.compare(r)
	return r, r.Chaos.sum(s)
}

func (s *stage) newChaos(survived *survived) *chaos {
	c := &chaos{stage: s, survived: survived, begun: time.Now(), rng: rand.New(rand.NewPCG(s.seed, 0xc4a05))}
	c.members.square = s.guild.AddChannel(discordtest.ChannelSpec{Name: "town-square"})
	c.history = s.survey()
	c.people = newTraffic(s.server, c.history, s.live, s.seed)
	c.people.channels = append(c.people.channels, c.members.square)
	c.people.send = c.send
	c.members.learn(s.guild, c.history, c.rng)
	c.gateway = gatewayFaultsOf(c.rng)
	total := c.history.size.Messages/perPage + c.history.size.Channels
	c.pages = newPages(c.history.pages)
	c.weather = newWeather(s.seed, total, survived)
	return c
}

const doubledShare = 5 // one event in so many comes twice

// open lets the faults begin that come with requests and events.
func (c *chaos) open(ctx context.Context) {
	c.people.advance(c.people.before)
	c.server.OnHistory(func(h discordtest.HistoryRequest) { c.pages.admit(ctx, h) })
	c.server.OnRequest(c.weather.fault)
	doubled := 0
	c.server.OnDispatch(func(event string, _ []byte) int {
		if !strings.HasPrefix(event, "MESSAGE_") || !c.listens.Load() {
			return 1
		}
		if doubled++; doubled%doubledShare > 0 { // a guild's events are made one by one
			return 1
		}
		c.survived.add(faultTwice, 1)
		return 2
	})
}

// calm ends the faults. What was held back is delivered.
func (c *chaos) calm() {
	c.server.OnRequest(nil)
	c.server.OnDispatch(nil)
	c.server.OnHistory(nil)
	c.pages.free()
	c.deliverLate(true)
}

// leave ends what is left of it, however it went.
func (c *chaos) leave() {
	c.calm()
	if c.process != nil {
		c.process.kill()
	}
}

func (c *chaos) tell(format string, args ...any) {
	c.t.say("%5.1f s  %s", time.Since(c.begun).Seconds(), fmt.Sprintf(format, args...))
}
