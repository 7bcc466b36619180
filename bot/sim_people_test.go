package bot

import (
	"fmt"
	"time"

	"tally/bot/discordtest"
	"tally/eventlog/snowflake"
)

// simGuild is a guild and what was sent in it.
type simGuild struct {
	*discordtest.Guild
	people   []snowflake.ID
	bot      snowflake.ID
	webhook  snowflake.ID
	channels []*simChannel
	category snowflake.ID         // 0: there is none yet
	out      bool                 // unavailable
	sent     map[snowflake.ID]int // by user and by channel: what would count, were nothing ever deleted

	erased    []snowflake.ID // who asked to be forgotten
	forgotten []snowflake.ID // who were told that they are
}

type simChannel struct {
	id, parent snowflake.ID
	kind       int
	messages   []snowflake.ID // that may be there still
	archived   bool
	denied     discordtest.Permissions
}

// mixed reports whether ids of a millisecond are served in an order of their own.
func (s *sim) mixed() bool { return s.chance(50, "mixed") }

func (c *simChannel) holds() bool { return c.kind != discordtest.ForumChannel }

// populate makes the guilds and what was written in them before the bot came.
func (s *sim) populate() {
	for n := range []int{1, 1, 2, 3}[s.rng.IntN(4)] {
		g := &simGuild{Guild: s.AddGuild(fmt.Sprintf("guild-%d", n)), sent: map[snowflake.ID]int{}}
		s.guilds = append(s.guilds, g)
		for i := range 3 + s.rng.IntN(4) {
			g.people = append(g.people, g.AddUser(fmt.Sprintf("user-%d", i), false))
		}
		g.bot, g.webhook = g.AddUser("robot", true), g.AddWebhook("hook")
		for i := range 2 + s.rng.IntN(3) {
			kind := discordtest.TextChannel
			if i > 0 {
				kind = []int{discordtest.TextChannel, discordtest.TextChannel, discordtest.ForumChannel, discordtest.VoiceChannel, discordtest.AnnouncementChannel}[s.rng.IntN(5)]
			}
			g.channels = append(g.channels, &simChannel{id: g.AddChannel(discordtest.ChannelSpec{Name: fmt.Sprintf("channel-%d", i), Type: kind}), kind: kind})
		}
		for range s.rng.IntN(4) {
			s.thread(g)
		}
		for _, c := range g.channels {
			s.past(g, c)
		}
	}
	time.Sleep(time.Second) // no import begins in the very millisecond in which its channels were made
}

// past writes a channel's history: mostly little, sometimes several pages, now and then more than a page
// in one millisecond.
func (s *sim) past(g *simGuild, c *simChannel) {
	if !c.holds() {
		return
	}
	n := []int{s.rng.IntN(20), s.rng.IntN(60), 95 + s.rng.IntN(10), s.rng.IntN(350)}[s.rng.IntN(4)]
	age := time.Duration(n+1) * time.Hour
	for range n {
		if s.rng.IntN(30) > 0 || s.chance(20, "dense", c.id) && s.rng.IntN(100) > 0 {
			age -= time.Duration(s.rng.Int64N(int64(2 * age / time.Duration(n+1))))
		}
		s.send(g, c, discordtest.Message{ID: s.id(age), Delivery: discordtest.HistoryOnly})
	}
	if s.chance(15, "millisecond", c.id) {
		most := 105 // with no order in it, and that is more than a page, nobody can read through it
		if s.mixed() {
			most = 60
		}
		for range most {
			s.send(g, c, discordtest.Message{ID: s.id(time.Minute), Delivery: discordtest.HistoryOnly})
		}
	}
	if c.archived { // writing has opened it
		g.ArchiveThread(c.id, time.Time{})
	}
}

// notices are types of messages that Discord writes in somebody's name: pinned, joined, boosted, a thread opened,
// moderated, a poll's result, and one that nobody knows yet.
var notices = []int{6, 7, 8, 18, 24, 46, 99}

const crossposted = 1 << 1 // a copy of another server's message

// send sends a message by somebody, of some kind.
func (s *sim) send(g *simGuild, c *simChannel, m discordtest.Message) snowflake.ID {
	counts := false
	switch s.rng.IntN(20) {
	case 0:
		m.Author = g.bot
	case 1:
		m.Webhook, m.Flags = g.webhook, crossposted*(len(c.messages)%2)
	case 2:
		m.Author, m.Type = g.people[s.rng.IntN(len(g.people))], notices[len(c.messages)%len(notices)]
	case 3:
		m.Author, m.Type, counts = g.people[s.rng.IntN(len(g.people))], 19, true
		if len(c.messages)%16 == 0 { // each is a line in discordgo's log
			m.JSON = `"components":[{"type":99,"id":1,"of":"a later Discord"}]`
		}
	default:
		m.Author, counts = g.people[s.rng.IntN(len(g.people))*s.rng.IntN(2)], true
	}
	if counts {
		g.sent[m.Author]++
		g.sent[c.id]++
	}
	g.machine(m)
	id := s.Send(c.id, m)
	c.messages = append(c.messages, id)
	if m.Delivery == discordtest.Deliver {
		c.archived = false
	}
	s.tally.add("messages", 1)
	return id
}

// thread makes a thread or a forum post.
func (s *sim) thread(g *simGuild) {
	parent := g.channels[s.rng.IntN(len(g.channels))]
	if parent.parent != 0 || parent.kind == discordtest.VoiceChannel {
		return
	}
	spec := discordtest.ThreadSpec{Parent: parent.id, Name: "thread", Owner: g.people[s.rng.IntN(len(g.people))]}
	switch {
	case parent.kind == discordtest.ForumChannel:
		g.sent[spec.Owner]++
	case len(parent.messages) > 0 && s.rng.IntN(2) == 0:
		spec.StarterMessage = s.send(g, parent, discordtest.Message{})
	}
	c := &simChannel{parent: parent.id, archived: s.rng.IntN(3) == 0}
	spec.Archived = c.archived
	c.id = g.AddThread(spec)
	if parent.kind == discordtest.ForumChannel {
		g.sent[c.id]++
		c.messages = append(c.messages, c.id)
	}
	g.channels = append(g.channels, c)
}
