package verify

import (
	"context"
	"errors"
	"testing"

	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// TestAgainstLog holds a count against its log, as it is and with something in it that the log hasn't.
func TestAgainstLog(t *testing.T) {
	w := newWorld(t)
	w.counted(w.general, w.ann, 5)
	w.counted(w.other, w.bob, 3)
	must(t, w.Gate.Write(context.Background(), func(*projections.Guild) ([]eventlog.Body, error) { return nil, nil }))
	page := func(author snowflake.ID, ids ...snowflake.ID) eventlog.Body {
		var messages []eventlog.Message
		for _, id := range ids {
			messages = append(messages, eventlog.Message{ID: id, Author: author})
		}
		p, err := eventlog.NewPage(eventlog.Live, 0, w.general, messages)
		must(t, err)
		return p
	}
	for name, c := range map[string]struct {
		tamper         []eventlog.Body
		missing, extra uint64
		worst          []User
		err            error
	}{
		"as it is":              {},
		"messages too many":     {tamper: []eventlog.Body{page(w.ann, 7, 8)}, extra: 2, worst: []User{{User: w.ann, Counted: 7, Expected: 5, Extra: 2}}, err: ErrReplay},
		"somebody nobody knows": {tamper: []eventlog.Body{page(4, 9)}, extra: 1, worst: []User{{User: 4, Counted: 1, Extra: 1}}, err: ErrReplay},
		"a channel too few": {tamper: []eventlog.Body{eventlog.ChannelDeleted{Channel: w.other}}, missing: 3,
			worst: []User{{User: w.bob, Expected: 3, Missing: 3}}, err: ErrReplay},
		"both, the worst first": {tamper: []eventlog.Body{page(w.ann, 7), eventlog.ChannelDeleted{Channel: w.other}}, missing: 3, extra: 1,
			worst: []User{{User: w.bob, Expected: 3, Missing: 3}, {User: w.ann, Counted: 6, Expected: 5, Extra: 1}}, err: ErrReplay},
		"the same counts, but another state": {tamper: []eventlog.Body{eventlog.GapOpened{Gap: 1, After: 5}}, err: ErrReplay},
	} {
		t.Run(name, func(t *testing.T) {
			var shown *projections.Guild
			var err error
			w.Gate.View(func(g *projections.Guild) { shown, err = g.Clone() })
			must(t, err)
			for _, body := range c.tamper {
				shown.Apply(body)
			}
			r, err := AgainstLog(w.Gate.Log(), shown)
			if !errors.Is(err, c.err) || r.Missing != c.missing || r.Extra != c.extra || len(r.Worst) != len(c.worst) || r.Expected != 8 {
				t.Fatalf("%+v, %v", r, err)
			}
			for i, u := range c.worst {
				if r.Worst[i] != u {
					t.Errorf("worst %d: %+v, want %+v", i, r.Worst[i], u)
				}
			}
		})
	}
}

// TestAgainstLogFindsDuplicates has a message in the log twice on one side.
func TestAgainstLogFindsDuplicates(t *testing.T) {
	log, err := eventlog.Open(t.TempDir(), eventlog.Options{NoSync: true})
	must(t, err)
	defer func() { must(t, log.Close()) }()
	for range 2 {
		p, err := eventlog.NewPage(eventlog.Live, 0, 1, []eventlog.Message{{ID: 7, Author: 50}})
		must(t, err)
		_, err = log.Append(1, []eventlog.Body{p})
		must(t, err)
	}
	shown, err := projections.Load(log, 1)
	must(t, err)
	r, err := AgainstLog(log, shown)
	must(t, err)
	if r.Duplicates != 1 || r.Exact() || r.Extra != 1 {
		t.Errorf("%+v", r)
	}
}
