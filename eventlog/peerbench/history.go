package main

import (
	"math/rand/v2"
	"slices"

	"tally/bot/discordtest"
	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// history is a made-up server's history and what it must count to.
type history struct {
	pages    []page
	messages int
	channels []snowflake.ID
	truth    map[snowflake.ID]uint64
}

// generate makes up a server with so many messages, the same for the same number.
func generate(messages int) history {
	s := discordtest.New(discordtest.Options{})
	defer s.Close()
	g := discordtest.Generate(s, discordtest.GenerateOptions{Messages: messages, Channels: 400, Seed: 1, Until: cutoff.Time()})
	made := history{truth: map[snowflake.ID]uint64{}}
	var left []page // each channel's messages that no page has yet, oldest first
	for _, channel := range g.Channels() {
		var all page
		t := newTalk(len(left))
		for m := range g.History(channel) {
			all = append(all, made.take(m, t))
		}
		if len(all) > 0 {
			left, made.channels = append(left, all), append(made.channels, channel)
		}
	}
	for len(left) > 0 {
		for i, all := range left {
			cut := max(len(all)-perPage, 0)
			slices.Reverse(all[cut:])
			made.pages, left[i] = append(made.pages, all[cut:]), all[:cut]
		}
		left = slices.DeleteFunc(left, func(all page) bool { return len(all) == 0 })
	}
	return made
}

// take takes a message in. Bots and webhooks are told apart only by not counting.
func (h *history) take(from discordtest.StoredMessage, t *talk) message {
	m := message{id: from.ID, channel: from.Channel, author: from.Author, seen: uint64(from.ID.Ms()), kind: uint8(from.Type)}
	switch {
	case from.Counts:
		m.author = t.next()
		h.truth[m.author]++
	case m.countable():
		m.author, m.marks = from.Author%bots, uint8(eventlog.Bot)
	}
	h.messages++
	return m
}

// live makes the i-th message that comes after the history.
func (h *history) live(i int) message {
	m := h.pages[i%len(h.pages)][0]
	m.id, m.kind, m.marks = cutoff+snowflake.ID(i)<<22, 0, 0
	m.seen = uint64(m.id.Ms())
	return m
}

const (
	people   = 10_000
	regulars = 200 // of a channel
	talking  = 10  // at a time
	lasts    = 150 // messages, about, until others talk
	bots     = 5   // of the server: they have accounts of their own
)

// talk is who writes in a channel: ten of its regulars for a while, then others of them. So a full page has
// 13 authors who count (a real server that was looked at has 15 in all), and 6 messages each of bots and of
// what doesn't count; the emulator's own people write at random, and a page has 70.
type talk struct {
	rng       *rand.Rand
	home, now int // the first of the regulars, and of those who talk
}

func newTalk(channel int) *talk {
	t := &talk{rng: rand.New(rand.NewPCG(2, uint64(channel))), home: channel * 70 % (people - regulars - talking)}
	t.now = t.home
	return t
}

func (t *talk) next() snowflake.ID {
	if t.rng.IntN(lasts) == 0 {
		t.now = t.home + t.rng.IntN(regulars)
	}
	who := t.now + min(t.rng.IntN(talking), t.rng.IntN(talking))
	return snowflake.ID(uint64(who)*0x9E3779B97F4A7C15) >> 4 // spread as ids are
}
