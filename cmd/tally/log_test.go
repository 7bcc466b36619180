package main

import (
	"testing"

	"tally/eventlog"
)

// TestSubjectOfAny: events of kinds that have no words of their own here are shown by their fields.
func TestSubjectOfAny(t *testing.T) {
	s := subjectOfAny(struct {
		Channel string `json:"channel_id"`
		Import  int    `json:"import"`
		Why     string `json:"why"`
	}{"100000000000000011", 2, "ready"})
	if s.channel != general || s.notes() != "import 2, why ready" {
		t.Errorf("%+v", s)
	}
	if s := subjectOf(eventlog.Event{Data: eventlog.Unknown{Payload: []byte("x")}}); s.notes() != "payload eA==" {
		t.Errorf("%+v", s)
	}
	if s := subjectOf(eventlog.Event{}); s.channel != 0 || s.note != nil {
		t.Errorf("%+v", s)
	}
}
