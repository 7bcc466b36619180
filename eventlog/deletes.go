package eventlog

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"tally/eventlog/snowflake"
)

// Held says where the log held a message at the moment its delete was written. Discord's delete names
// no author, so the gate looks the message up then, and the fold need not.
type Held uint8

// The places that may hold a message. Bits are stored.
const (
	HeldStream    Held = 1 << iota // live tracking: live, catch-up, archive
	HeldCommitted                  // the import that the channel's count rests on
	HeldRunning                    // the running import
	HeldOther                      // an import that no count rests on any more
)

// Delete is one deleted message. Author, Type and Marks are known only if it was held anywhere. Where those
// that hold it differ in them, the message stands several times in a row, once for each.
type Delete struct {
	ID     snowflake.ID
	Held   Held
	Author snowflake.ID
	Type   uint16
	Marks  Marks
}

// Deletes says that messages of a channel are gone.
type Deletes struct {
	Channel snowflake.ID
	List    []Delete
}

// Kind returns KindMessageDeleted.
func (d *Deletes) Kind() Kind { return KindMessageDeleted }

// Len returns the number of deleted messages.
func (d *Deletes) Len() int { return len(d.List) }

func (d *Deletes) appendPayload(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(d.Channel))
	for _, m := range d.List {
		b = binary.AppendUvarint(b, uint64(m.ID))
		b = append(b, byte(m.Held))
		if m.Held != 0 {
			b = binary.AppendUvarint(b, uint64(m.Author))
			b = binary.AppendUvarint(b, uint64(m.Type))
			b = append(b, byte(m.Marks))
		}
	}
	return b
}

func decodeDeletes(n int, payload []byte) (*Deletes, error) {
	r := reader{b: payload}
	d := &Deletes{Channel: snowflake.ID(r.uvarint())}
	for range n {
		m := Delete{ID: snowflake.ID(r.uvarint()), Held: Held(r.byte())}
		if m.Held != 0 {
			m.Author, m.Type, m.Marks = snowflake.ID(r.uvarint()), uint16(r.atMost(math.MaxUint16)), Marks(r.byte())
		}
		if r.short {
			return nil, errors.New("a list of deletes ends early")
		}
		d.List = append(d.List, m) // grows only as far as the payload really reaches
	}
	if len(r.b) > 0 {
		return nil, fmt.Errorf("%d bytes follow a list of deletes", len(r.b))
	}
	return d, nil
}
