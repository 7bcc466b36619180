package projections

import (
	"slices"
	"testing"

	"github.com/oklog/ulid/v2"

	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// byUsers makes a page in which user u wrote message id, for each pair.
func byUsers(t *testing.T, channel snowflake.ID, pairs ...snowflake.ID) step {
	var messages []eventlog.Message
	for pair := range slices.Chunk(pairs, 2) {
		messages = append(messages, eventlog.Message{ID: pair[1], Author: pair[0]})
	}
	p, err := eventlog.NewPage(eventlog.Live, 0, channel, messages)
	if err != nil {
		t.Fatal(err)
	}
	return told(p)
}

// TestCompareNamesWhoDiffers breaks the fold's state on purpose.
func TestCompareNamesWhoDiffers(t *testing.T) {
	for name, c := range map[string]struct {
		damage func(g *Guild)
		want   []Difference
	}{
		"nothing":           {func(g *Guild) {}, nil},
		"one too many":      {func(g *Guild) { g.show(g.channels[1], g.cell(g.channels[1], 5), 1) }, []Difference{{5, 3, 2}}},
		"one too few":       {func(g *Guild) { g.show(g.channels[2], g.cell(g.channels[2], 6), -1) }, []Difference{{6, 1, 2}}},
		"a user unknown":    {func(g *Guild) { g.users.keys[g.users.find(5)] = 7; g.users.sums[g.users.find(7)] = Count{} }, []Difference{{5, 0, 2}}},
		"a user too many":   {func(g *Guild) { g.users.sums[g.users.number(9)] = Count{Messages: 4} }, []Difference{{9, 4, 0}}},
		"the largest first": {func(g *Guild) { g.users.of(5).Messages, g.users.of(6).Messages = 3, 9 }, []Difference{{6, 9, 2}, {5, 3, 2}}},
		"a message counted": {func(g *Guild) { g.Apply(again(t, 5, 10)) }, []Difference{{5, 3, 2}}},
		"a delete forgotten": {func(g *Guild) {
			g.applyDeletes(&eventlog.Deletes{Channel: 1, List: []eventlog.Delete{{ID: 10, Held: eventlog.HeldStream, Author: 5}}})
		}, []Difference{{5, 1, 2}}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			all(byUsers(t, 1, 5, 10, 5, 20, 6, 30), byUsers(t, 2, 6, 40))(w)
			c.damage(w.g)
			exact, err := CountExactly(w.log, guildID, ulid.ULID{})
			if err != nil || !slices.Equal(exact.Compare(w.g), c.want) {
				t.Errorf("%v, %v; want %v", exact.Compare(w.g), err, c.want)
			}
		})
	}
}

func again(t *testing.T, user, id snowflake.ID) eventlog.Body {
	p, err := eventlog.NewPage(eventlog.Live, 0, 1, []eventlog.Message{{ID: id, Author: user}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestDuplicatesAreFound gives messages again on a side that holds them, as no gate does.
func TestDuplicatesAreFound(t *testing.T) {
	for name, c := range map[string]struct {
		story []step
		want  uint64
	}{
		"each on its side":            {[]step{live(10), start(1, 100), history(1, 10), done(1), start(2, 100), history(2, 10), repair(2, 20)}, 0},
		"live twice":                  {[]step{live(10, 20), live(10)}, 1},
		"live and caught up":          {[]step{live(10, 20), pageOf(eventlog.Catchup, 0, 1, eventlog.Message{}, 10, 20)}, 2},
		"imported twice":              {[]step{start(1, 100), history(1, 10, 20), history(1, 20, 30), history(1, 20)}, 2},
		"imported and repaired":       {[]step{start(1, 100), history(1, 10), repair(1, 10)}, 1},
		"live and repaired":           {[]step{live(10), repair(0, 10)}, 1},
		"live and repaired, cutoff":   {[]step{start(1, 100), live(110), done(1), repair(1, 110)}, 1},
		"the same id in two channels": {[]step{live(10), pageOf(eventlog.Live, 0, 2, eventlog.Message{}, 10)}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			all(c.story...)(w)
			if exact, err := CountExactly(w.log, guildID, ulid.ULID{}); err != nil || exact.Duplicates != c.want {
				t.Errorf("%d duplicates, %v; want %d", exact.Duplicates, err, c.want)
			}
		})
	}
}
