package importer

import (
	"math"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"tally/bot/discord"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

func TestCovered(t *testing.T) {
	for name, c := range map[string]struct {
		cutoff, channel snowflake.ID
		read            projections.ImportChannel
		want            float64
	}{
		"half":                                 {1000, 200, projections.ImportChannel{Cursor: 600}, 0.5},
		"a tenth":                              {1000, 0, projections.ImportChannel{Cursor: 900}, 0.1},
		"just begun":                           {1_000_000, 0, projections.ImportChannel{Cursor: 999_999}, 0.001},
		"at the very beginning of the channel": {1000, 200, projections.ImportChannel{Cursor: 200}, 1},
		"older than its channel":               {1000, 200, projections.ImportChannel{Cursor: 100}, 1},
		"finished":                             {1000, 200, projections.ImportChannel{Cursor: 900, Outcome: eventlog.Completed}, 1},
		"not permitted":                        {1000, 200, projections.ImportChannel{Outcome: eventlog.NoPermission}, 1},
		"a channel newer than the cutoff":      {1000, 2000, projections.ImportChannel{}, 1},
	} {
		if got := covered(c.cutoff, c.channel, &c.read); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestEstimate(t *testing.T) {
	const cutoff = 1000
	half := &projections.ImportChannel{Cursor: 500, Messages: 50}
	done := &projections.ImportChannel{Cursor: 100, Messages: 100, Outcome: eventlog.Completed}
	for name, c := range map[string]struct {
		channels int // ids 0, 1, …
		read     map[snowflake.ID]*projections.ImportChannel
		want     float64
	}{
		"nothing begun":                       {3, nil, 0},
		"nothing listed":                      {0, map[snowflake.ID]*projections.ImportChannel{0: half}, 0},
		"one half read":                       {1, map[snowflake.ID]*projections.ImportChannel{0: half}, 100},
		"one half read, others as many":       {4, map[snowflake.ID]*projections.ImportChannel{0: half}, 400},
		"one done":                            {1, map[snowflake.ID]*projections.ImportChannel{0: done}, 100},
		"one done, one half read":             {2, map[snowflake.ID]*projections.ImportChannel{0: done, 1: {Cursor: 500, Messages: 50}}, 200},
		"never less than there is":            {1, map[snowflake.ID]*projections.ImportChannel{0: half, 77: {Messages: 900}}, 950},
		"an empty one counts as one that was": {2, map[snowflake.ID]*projections.ImportChannel{0: done, 1: {Outcome: eventlog.Completed}}, 100},
	} {
		imp := &projections.Import{Cutoff: cutoff, Channels: c.read}
		for _, r := range c.read {
			imp.Messages += r.Messages
		}
		if got := (meter{channels: listOf(c.channels)}).estimate(imp); math.Abs(got-c.want) > 1 {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func listOf(n int) (channels []discord.Channel) {
	for id := range n {
		channels = append(channels, discord.Channel{ID: snowflake.ID(id)})
	}
	return channels
}

func TestRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := meter{since: time.Now(), messages: 100, channels: listOf(1)}
		imp := &projections.Import{Cutoff: 1000, Messages: 300, Channels: map[snowflake.ID]*projections.ImportChannel{0: {Cursor: 250, Messages: 300}}}
		time.Sleep(10 * time.Second)
		if p := m.measure(imp); p.Rate != 20 || p.Left != 5*time.Second || p.Fraction != 0.75 {
			t.Errorf("%v a second, %v left, %v done; want 20, 5s, 0.75", p.Rate, p.Left, p.Fraction)
		}
	})
}

// TestProgressStaysInBounds has a fraction never reach 1 before the end, whatever was read.
func TestProgressStaysInBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		begun := rapid.IntRange(0, 5).Draw(t, "begun")
		m := meter{since: time.Now().Add(-time.Hour), channels: listOf(begun + rapid.IntRange(0, 5).Draw(t, "not begun"))}
		imp := &projections.Import{Cutoff: snowflake.ID(rapid.Uint64().Draw(t, "cutoff")), Channels: map[snowflake.ID]*projections.ImportChannel{}}
		for id := range snowflake.ID(begun) {
			c := &projections.ImportChannel{
				Cursor:   snowflake.ID(rapid.Uint64Range(0, uint64(imp.Cutoff)).Draw(t, "cursor")),
				Messages: rapid.Uint64Range(0, 1<<40).Draw(t, "messages"),
				Outcome:  rapid.SampledFrom([]eventlog.Outcome{0, 0, eventlog.Completed, eventlog.NoPermission}).Draw(t, "outcome"),
			}
			imp.Channels[id] = c
			imp.Messages += c.Messages
		}
		p := m.measure(imp)
		if p.Fraction < 0 || p.Fraction >= 1 || math.IsNaN(p.Fraction) || p.Left < 0 || p.Rate < 0 {
			t.Fatalf("%+v", p)
		}
		imp.Outcome = rapid.SampledFrom([]eventlog.Outcome{eventlog.Completed, eventlog.Cancelled, eventlog.Superseded}).Draw(t, "end")
		if p := m.measure(imp); p.Fraction != 1 {
			t.Fatalf("at the end: %+v", p)
		}
	})
}
