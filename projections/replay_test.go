package projections

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/oklog/ulid/v2"
	"pgregory.net/rapid"

	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// TestReplayIsTheSerialFold folds logs of several batches with anything in them, likely or not: Replay, which
// reads ahead on all cores, must give the very bytes that one record after the other gives.
func TestReplayIsTheSerialFold(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t)
		defer func() { _ = w.log.Close() }()
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 0))
		var records [][]eventlog.Body
		for range rapid.IntRange(1, 1000).Draw(rt, "records") {
			records = append(records, slices.Repeat([]eventlog.Body{anyBody(t, r)}, 1+r.IntN(2)))
		}
		if _, err := w.log.Append(guildID, records...); err != nil {
			rt.Fatal(err)
		}
		replayed, err := Replay(w.log, guildID, ulid.ULID{})
		if err != nil {
			rt.Fatal(err)
		}
		serial := NewGuild(guildID)
		for rec, err := range w.log.Records(guildID, ulid.ULID{}) {
			if err != nil {
				rt.Fatal(err)
			}
			for body, err := range rec.Bodies() {
				if err != nil {
					rt.Fatal(err)
				}
				serial.Apply(body)
			}
			serial.Reach(rec.Last())
		}
		if !bytes.Equal(replayed.Encode(), serial.Encode()) {
			rt.Fatalf("the replay gives %+v\nwant %+v", replayed.Report(), serial.Report())
		}
	})
}

// anyBody makes pages for the most part, and a little of all else that moves the count.
func anyBody(t *testing.T, r *rand.Rand) eventlog.Body {
	channel, imp := snowflake.ID(1+r.IntN(6)), uint32(1+r.IntN(3))
	id := func() snowflake.ID { return snowflake.ID(r.IntN(50_000)) }
	switch r.IntN(120) {
	case 0:
		return eventlog.ImportStarted{Import: imp, Cutoff: id(), Partial: r.IntN(3) == 0}
	case 1, 2, 3:
		return eventlog.ImportChannelFinished{Import: imp, Channel: channel, Parent: snowflake.ID(r.IntN(3)), Outcome: eventlog.Completed}
	case 4:
		return eventlog.ImportFinished{Import: imp, Outcome: eventlog.Completed + eventlog.Outcome(r.IntN(2))}
	case 5:
		return eventlog.GapOpened{Gap: imp, After: id(), Channel: channel * snowflake.ID(r.IntN(2))}
	case 6:
		return eventlog.GapClosed{Gap: imp}
	case 7:
		return eventlog.ChannelChecked{Channel: channel, Gap: imp, Parent: snowflake.ID(r.IntN(3))}
	case 8:
		if r.IntN(20) == 0 {
			return eventlog.ChannelDeleted{Channel: channel}
		}
		return eventlog.Unknown{Code: 99, Events: 3}
	case 9, 10, 11, 12:
		return &eventlog.Deletes{Channel: channel, List: []eventlog.Delete{
			{ID: id()}, {ID: id(), Held: eventlog.Held(1 + r.IntN(7)), Author: snowflake.ID(r.IntN(40))},
		}}
	}
	origin := eventlog.Origin(1 + r.IntN(5))
	messages := make([]eventlog.Message, 0, eventlog.MaxPage)
	next := id()
	for range 1 + r.IntN(eventlog.MaxPage) {
		next += snowflake.ID(1 + r.IntN(50))
		messages = append(messages, eventlog.Message{ID: next, Author: snowflake.ID(r.IntN(40)), Type: uint16(r.IntN(8) / 7 * 7)})
	}
	p, err := eventlog.NewPage(origin, imp, channel, messages)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestFoldAllocatesNothing folds pages whose channels and people are known: the count takes no memory for messages.
func TestFoldAllocatesNothing(t *testing.T) {
	s := newBusyServer(t, nil, guildID)
	for _, origin := range []eventlog.Origin{eventlog.Import, eventlog.Live} {
		g := NewGuild(guildID)
		g.Apply(eventlog.ImportStarted{Import: 1, Cutoff: 1 << 62})
		var pages []eventlog.Body
		for i := range 200 {
			pages = append(pages, s.page(origin, 1, snowflake.ID(1+i%50), 100))
		}
		fold := func() {
			for _, p := range pages {
				g.Apply(p)
			}
		}
		if fold(); testing.AllocsPerRun(5, fold) > 0 {
			t.Errorf("folding pages of origin %v allocates %.0f times", origin, testing.AllocsPerRun(5, fold))
		}
	}
}
