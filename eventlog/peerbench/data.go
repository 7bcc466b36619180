package main

import (
	"encoding/binary"
	"fmt"
	"time"

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
