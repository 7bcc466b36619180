package eventlog

import (
	"encoding/binary"
	"fmt"
	"time"

	"tally/eventlog/snowflake"
)

// coder writes or reads the fields of a rare event as unsigned varints in one fixed order, so that a
// kind's format stands in one place. A payload may be shorter than today's list of fields (it is
// older: the rest are zero) or longer (it is newer: the rest is passed over).
type coder struct {
	b       []byte
	reading bool
	err     error
}

type fielder interface{ fields(*coder) }

func appendFields(b []byte, e fielder) []byte {
	c := coder{b: b}
	e.fields(&c)
	return c.b
}

func readFields(payload []byte, e fielder) error {
	c := coder{b: payload, reading: true}
	e.fields(&c)
	return c.err
}

func (c *coder) uint64(v *uint64) {
	if !c.reading {
		c.b = binary.AppendUvarint(c.b, *v)
		return
	}
	*v = 0
	if len(c.b) == 0 || c.err != nil {
		return
	}
	n := 0
	if *v, n = binary.Uvarint(c.b); n <= 0 {
		c.err = fmt.Errorf("a field is not a varint")
		return
	}
	c.b = c.b[n:]
}

// text is kept as its length and its bytes.
func (c *coder) text(v *string) {
	n := uint64(len(*v))
	c.uint64(&n)
	if !c.reading {
		c.b = append(c.b, *v...)
		return
	}
	if n > uint64(len(c.b)) {
		c.fail("a text of %d bytes ends early", n)
		n = 0
	}
	*v, c.b = string(c.b[:n]), c.b[n:]
}

// list is kept as its length and its members.
func list[T any](c *coder, v *[]T, member func(*T)) {
	n := uint64(len(*v))
	if c.uint64(&n); !c.reading {
		for i := range *v {
			member(&(*v)[i])
		}
		return
	}
	*v = nil
	for ; n > 0 && c.err == nil; n-- {
		if len(c.b) == 0 {
			c.fail("a list lacks %d members", n)
			return
		}
		var m T
		member(&m)
		*v = append(*v, m)
	}
}

func (c *coder) fail(format string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf(format, args...)
	}
}

func (c *coder) ids(v *[]snowflake.ID) { list(c, v, c.id) }

func (c *coder) id(v *snowflake.ID) { c.uint64((*uint64)(v)) }

func (c *coder) uint32(v *uint32) {
	n := uint64(*v)
	c.uint64(&n)
	if *v = uint32(n); uint64(*v) != n && c.err == nil {
		c.err = fmt.Errorf("the field's value %d is over 32 bits", n)
	}
}

func (c *coder) outcome(v *Outcome) {
	n := uint64(*v)
	c.uint64(&n)
	if *v = Outcome(n); uint64(*v) != n && c.err == nil {
		c.err = fmt.Errorf("the outcome %d is over 8 bits", n)
	}
}

func (c *coder) bool(v *bool) {
	var n uint64
	if *v {
		n = 1
	}
	c.uint64(&n)
	*v = n != 0
}

// time is kept as Unix milliseconds; the zero time is 0.
func (c *coder) time(v *time.Time) {
	var n uint64
	if !v.IsZero() {
		n = uint64(v.UnixMilli())
	}
	c.uint64(&n)
	if *v = (time.Time{}); n != 0 {
		*v = time.UnixMilli(int64(n)).UTC()
	}
}
