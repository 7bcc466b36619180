package discordtest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"tally/eventlog/snowflake"
)

// GenerateOptions says what [Generate] makes up.
type GenerateOptions struct {
	Messages int           // rows of history in all; default 10,000
	Channels int           // top-level channels; default 20. About half as many threads and posts come on top
	Users    int           // people; default 200. One bot for 40 people and a few webhooks come on top
	Seed     uint64        // the same seed makes the same history
	Until    time.Time     // the last message is before it; default: Discord's clock
	Span     time.Duration // how far back the first message is; default 3 years
	Name     string        // of the guild; default "generated"
}

// Generate adds a plausible guild: few busy channels and many quiet ones, few busy people, bursts,
// years of time, replies, joins, pins, webhooks and bots, forums, threads of every kind. It is the
// same for the same options, ids too, but for the guild's own and its owner's. A second guild on
// one server needs other options, or its ids would be those of the first.
func Generate(s *Server, o GenerateOptions) *Guild {
	def(&o.Messages, o.Messages <= 0, 10_000)
	def(&o.Channels, o.Channels <= 0, 20)
	def(&o.Users, o.Users <= 0, 200)
	def(&o.Until, o.Until.IsZero(), s.Now())
	def(&o.Span, o.Span <= 0, 3*365*24*time.Hour)
	def(&o.Name, o.Name == "", "generated")
	g := s.newGuild(s.mint.next(), o.Name)
	gen := &generator{
		g: g, o: o, rng: rand.New(rand.NewPCG(o.Seed, 0x7a11)),
		start: o.Until.Add(-o.Span).UnixMilli(), end: o.Until.UnixMilli(),
	}
	gen.people()
	gen.rooms()
	gen.fill()
	g.mu.Lock()
	g.refreshQuiet()
	g.mu.Unlock()
	g.publishGuild()
	return g
}

// generator makes a guild up before any session knows it.
type generator struct {
	g          *Guild
	o          GenerateOptions
	rng        *rand.Rand
	start, end int64 // Unix ms
	made       int64

	pick     func() uint32 // a person, the busy ones most often
	bots     []uint32
	webhooks []uint32
	homes    []*channel // everything that holds messages
}

// id makes ids of users, channels and threads: in the week before the first message, a millisecond each.
func (n *generator) id() snowflake.ID {
	n.made++
	return snowflake.AtMs(n.start-7*24*3600_000+n.made) | snowflake.ID(n.o.Seed&0x3FF)<<12
}

func (n *generator) people() {
	weights := make([]float64, n.o.Users)
	list := make([]uint32, n.o.Users)
	for i := range list {
		list[i] = n.g.join(user{id: n.id(), name: fmt.Sprintf("user-%d", i+1)})
		weights[i] = 1 / math.Pow(float64(i+1), 1.05)
	}
	draw := newAlias(weights)
	n.pick = func() uint32 { return list[draw.next(n.rng)] }
	for i := range 2 + n.o.Users/40 {
		n.bots = append(n.bots, n.g.join(user{id: n.id(), name: fmt.Sprintf("robot-%d", i+1), bot: true}))
	}
	for i := range 3 {
		n.webhooks = append(n.webhooks, n.g.s.users.add(user{id: n.id(), name: fmt.Sprintf("hook-%d", i+1), webhook: true}))
	}
}

// rooms makes channels and threads.
func (n *generator) rooms() {
	kinds := []int{TextChannel, TextChannel, TextChannel, TextChannel, ForumChannel, TextChannel, AnnouncementChannel, VoiceChannel, TextChannel, TextChannel}
	var parents []*channel
	for i := range n.o.Channels {
		c := &channel{guild: n.g, id: n.id(), kind: kinds[i%len(kinds)], name: fmt.Sprintf("channel-%d", i+1)}
		n.g.insert(c)
		if c.holds() {
			n.homes = append(n.homes, c)
		}
		if !c.voice() {
			parents = append(parents, c)
		}
	}
	for i := range max(2, n.o.Channels/2) {
		p := parents[n.rng.IntN(len(parents))]
		n.thread(p, i)
	}
}

// thread makes the i-th thread: every fifth active, every seventh private where that can be.
func (n *generator) thread(p *channel, i int) {
	owner := n.g.s.users.get(n.pick()).id
	c := &channel{guild: n.g, id: n.id(), parent: p.id, kind: PublicThread, name: fmt.Sprintf("thread-%d", i+1)}
	c.thread = &thread{owner: owner, archived: i%5 != 0, members: map[snowflake.ID]bool{owner: true}}
	switch {
	case p.kind == AnnouncementChannel:
		c.kind = AnnouncementThread
	case p.kind == TextChannel && i%7 == 3:
		c.kind = PrivateThread
	}
	n.g.insert(c)
	n.homes = append(n.homes, c)
}
