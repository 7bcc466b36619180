package main

import (
	"fmt"
	"math"
	"time"

	"github.com/oklog/ulid/v2"
)

// moment is a place in the log that a flag names: an event's ULID, or a time. The time of an event is
// the one at which the log learned of it, by the host's clock.
type moment struct {
	id   ulid.ULID
	time bool
}

// The forms of a time; without a zone it is UTC.
var timeForms = []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly}

// UnmarshalText reads a ULID, a time, or how long ago it was.
func (m *moment) UnmarshalText(b []byte) error {
	s := string(b)
	if id, err := ulid.ParseStrict(s); err == nil {
		*m = moment{id: id}
		return nil
	}
	for _, form := range timeForms {
		if at, err := time.Parse(form, s); err == nil {
			return m.at(at)
		}
	}
	if ago, err := time.ParseDuration(s); err == nil && ago >= 0 {
		return m.at(time.Now().Add(-ago))
	}
	return fmt.Errorf("%q is neither a ULID (26 letters and digits) nor a time (2026-08-01, 2026-08-01T12:30:00Z, or 90m for 90 minutes ago)", s)
}

func (m *moment) at(t time.Time) error {
	if ms := t.UnixMilli(); ms > 0 {
		m.time = true
		return m.id.SetTime(uint64(ms))
	}
	return fmt.Errorf("%s is before the first possible event", t)
}

func (m moment) isZero() bool { return m == moment{} }

// first returns the first ULID that is not before the moment.
func (m moment) first() ulid.ULID { return m.id }

// last returns the last ULID that is not after the moment: all of a time's millisecond belongs to it.
func (m moment) last() ulid.ULID {
	if m.time {
		for i := 6; i < len(m.id); i++ {
			m.id[i] = math.MaxUint8
		}
	}
	return m.id
}

// before returns a ULID just before the moment, for reading the log from there.
func (m moment) before() (u ulid.ULID) {
	if ms := m.id.Time(); ms > 0 {
		_ = u.SetTime(ms - 1) // below ms, so it fits
	}
	return u
}

// clock writes a time as all tables do.
func clock(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.UTC().Format("2006-01-02 15:04:05.000")
}
