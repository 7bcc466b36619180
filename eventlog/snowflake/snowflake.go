// Package snowflake holds Discord's 64-bit ids and the clock inside them.
//
// Bits 63..22 of an id are milliseconds since 2015-01-01T00:00:00Z on the clock of the Discord
// worker that made it; the low 22 bits tell apart ids of one millisecond
// (https://discord.com/developers/docs/reference#snowflakes). Tally compares times only in this
// clock, never with the host's.
package snowflake

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// Epoch is Discord's epoch in Unix milliseconds: 2015-01-01T00:00:00Z.
const Epoch = 1420070400000

// lowBits are the bits of an id below its milliseconds: worker, process and increment.
const lowBits = 22

// ID is a Discord id. The zero ID names nothing.
type ID uint64

// AtMs returns the smallest id of the millisecond ms (Unix). A time before Discord's epoch gives 0.
func AtMs(ms int64) ID {
	if ms < Epoch {
		return 0
	}
	return ID(ms-Epoch) << lowBits
}

// At returns the smallest id of t's millisecond.
func At(t time.Time) ID { return AtMs(t.UnixMilli()) }

// Ms returns the id's time in Unix milliseconds.
func (id ID) Ms() int64 { return int64(id>>lowBits) + Epoch }

// Time returns the id's time, in UTC, to the millisecond.
func (id ID) Time() time.Time { return time.UnixMilli(id.Ms()).UTC() }

// LastOfMs returns the largest id of the same millisecond.
func (id ID) LastOfMs() ID { return id | (1<<lowBits - 1) }

// String returns the id in decimal, as Discord writes it.
func (id ID) String() string { return strconv.FormatUint(uint64(id), 10) }

// Parse reads a decimal id.
func Parse(s string) (ID, error) {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is not a Discord id (a number of 17 to 20 digits)", s)
	}
	return ID(n), nil
}

// MarshalJSON writes the id as a string: JSON numbers can't hold 64 bits everywhere.
func (id ID) MarshalJSON() ([]byte, error) {
	return strconv.AppendQuote(nil, id.String()), nil
}

// UnmarshalJSON reads a string, a number, or null (the zero ID).
func (id *ID) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*id = 0
		return nil
	}
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		s = string(b)
	}
	v, err := Parse(s)
	if err != nil {
		return err
	}
	*id = v
	return nil
}

// MarshalText writes the id in decimal, so that it can be a JSON object's key and a flag's value.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads a decimal id.
func (id *ID) UnmarshalText(b []byte) (err error) {
	*id, err = Parse(string(b))
	return err
}
