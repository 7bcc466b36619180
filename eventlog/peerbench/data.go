package main

import (
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"tally/bot/discordtest"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// rawSize is a message as peers without columns store it: four numbers of 8 bytes, type and marks of one.
const rawSize = 4*8 + 2

// perPage is how many messages Discord gives at a time.
const perPage = 100

// cutoff is between the history and what comes live.
var cutoff = snowflake.At(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))

// message is one event.
type message struct {
	id, channel, author snowflake.ID
	seen                uint64 // Unix ms
	kind, marks         uint8
}

// page is messages of one channel, newest first, as Discord gives them.
type page []message

func (m message) countable() bool {
	return projections.Countable(uint16(m.kind), eventlog.Marks(m.marks))
}

// put writes the message's raw bytes to b, which has rawSize.
func (m message) put(b []byte) {
	for i, v := range []uint64{uint64(m.id), uint64(m.channel), uint64(m.author), m.seen} {
		binary.BigEndian.PutUint64(b[8*i:], v)
	}
	b[32], b[33] = m.kind, m.marks
}

// raw returns the message's bytes.
func (m message) raw() []byte {
	b := make([]byte, rawSize)
	m.put(b)
	return b
}

// countRaw counts a message that is stored as raw bytes.
func countRaw(counts map[snowflake.ID]uint64, raw []byte) error {
	if len(raw) != rawSize {
		return fmt.Errorf("an event of %d bytes", len(raw))
	}
	if projections.Countable(uint16(raw[32]), eventlog.Marks(raw[33])) {
		counts[snowflake.ID(binary.BigEndian.Uint64(raw[16:]))]++
	}
	return nil
}

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
	g := discordtest.Generate(s, discordtest.GenerateOptions{Messages: messages, Channels: 400, Users: 10_000, Seed: 1, Until: cutoff.Time()})
	made := history{truth: map[snowflake.ID]uint64{}}
	var left []page // each channel's messages that no page has yet, oldest first
	for _, channel := range g.Channels() {
		var all page
		for m := range g.History(channel) {
			all = append(all, made.count(m))
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

// count takes a message in. Bots and webhooks are told apart only by not counting.
func (h *history) count(from discordtest.StoredMessage) message {
	m := message{id: from.ID, channel: from.Channel, author: from.Author, seen: uint64(from.ID.Ms()), kind: uint8(from.Type)}
	if m.countable() && !from.Counts {
		m.marks = uint8(eventlog.Bot)
	}
	if from.Counts {
		h.truth[m.author]++
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
