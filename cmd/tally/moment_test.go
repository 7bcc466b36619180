package main

import (
	"testing"
	"time"

	"github.com/oklog/ulid/v2"
)

func TestMoment(t *testing.T) {
	noon := uint64(time.Date(2026, 8, 1, 12, 0, 0, 0, time.UTC).UnixMilli())
	for text, want := range map[string]uint64{
		"2026-08-01T12:00:00Z":          noon,
		"2026-08-01T14:00:00+02:00":     noon,
		"2026-08-01T12:00:00.25Z":       noon + 250,
		"2026-08-01 12:00":              noon,
		"2026-08-01T12:00:01":           noon + 1000,
		"2026-08-01":                    noon - 12*3600_000,
		"01KYYK41G0H1XGKYZ24W000000":    noon,
		"1970-01-01T00:00:00Z":          0,
		"1969-12-31":                    0,
		"":                              0,
		"-5m":                           0,
		"01KYYK41G0H1XGKYZ24W00000":     0,
		"81KYYK41G0H1XGKYZ24W000000":    0,
		"2026-02-30":                    0,
		"12026-08-01T12:00:00Z":         0,
		"2026-08-01T12:00:00Z and more": 0,
	} {
		var m moment
		err := m.UnmarshalText([]byte(text))
		if got := m.id.Time(); (err == nil) != (want > 0) || got != want {
			t.Errorf("%q: %d, %v; want %d", text, got, err, want)
		}
	}
}

// TestMomentBounds: as a bound, a time stands for all of its millisecond, a ULID for itself.
func TestMomentBounds(t *testing.T) {
	var at, id moment
	const text = "01KYYK41G0H1XGKYZ24W000000"
	if err := id.UnmarshalText([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := at.UnmarshalText([]byte("2026-08-01T12:00:00Z")); err != nil {
		t.Fatal(err)
	}
	event := ulid.MustParse(text)
	if id.first() != event || id.last() != event {
		t.Errorf("a ULID: from %s to %s", id.first(), id.last())
	}
	if at.first().Compare(event) > 0 || at.last().Compare(event) < 0 || at.last().Time() != event.Time() {
		t.Errorf("a time: from %s to %s", at.first(), at.last())
	}
	if id.before().Compare(at.first()) >= 0 {
		t.Errorf("before: %s", id.before())
	}
	if (moment{}).before() != (ulid.ULID{}) || !(moment{}).isZero() {
		t.Error("the zero moment is not the beginning")
	}
}

func TestMomentAgo(t *testing.T) {
	var m moment
	if err := m.UnmarshalText([]byte("90m")); err != nil {
		t.Fatal(err)
	}
	if ago := time.Since(ulid.Time(m.id.Time())); ago < 90*time.Minute || ago > 91*time.Minute {
		t.Errorf("90m is %s ago", ago)
	}
}
