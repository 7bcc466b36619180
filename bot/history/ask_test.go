package history

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"tally/bot/discord"
	"tally/eventlog/snowflake"
)

func unknown(snowflake.ID) bool { return false }

// old is a clock for which nothing is young.
func old() time.Time { return time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC) }

func idsOf(messages []discord.Message) (ids []snowflake.ID) {
	for _, m := range messages {
		ids = append(ids, m.ID)
	}
	slices.Sort(ids)
	return ids
}

// TestSettle asks for any messages of any history, with pages of any length: exactly those are gone that
// Discord doesn't have.
func TestSettle(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		f := &fake{rights: allowed, mixed: rapid.Bool().Draw(rt, "mixed")}
		sizes := []int{1, 20, 100, 130}
		if f.mixed {
			sizes = []int{1, 30, 47, 60}
		}
		var asked, there, gone []snowflake.ID
		for ms := range rapid.IntRange(1, 5).Draw(rt, "milliseconds") {
			for _, id := range at(ms+1, rapid.SampledFrom(sizes).Draw(rt, "n")) {
				kept := rapid.IntRange(0, 3).Draw(rt, "kept") > 0
				if kept {
					f.ids = append(f.ids, id)
				}
				switch {
				case rapid.Bool().Draw(rt, "not asked"):
					continue
				case kept:
					there = append(there, id)
				default:
					gone = append(gone, id)
				}
				asked = append(asked, id)
			}
		}
		if !f.mixed && rapid.Bool().Draw(rt, "short pages") {
			f.cut = func(int) int { return rapid.IntRange(1, 100).Draw(rt, "cut") }
		}
		gotThere, gotGone, err := newReader(rt, f).Settle(t.Context(), channel, asked, old, unknown)
		slices.Sort(gotGone)
		if err != nil || !slices.Equal(idsOf(gotThere), there) || !slices.Equal(gotGone, gone) {
			rt.Fatalf("there %v, gone %v, %v; want %v, %v", idsOf(gotThere), gotGone, err, there, gone)
		}
	})
}

func TestSettleCases(t *testing.T) {
	young := func() time.Time { return snowflake.ID(5 << 22).Time() }
	for name, c := range map[string]struct {
		fake  *fake
		now   func() time.Time
		known func(snowflake.ID) bool
		there int
		gone  int
		err   error
	}{
		"there":                    {fake: &fake{ids: at(5, 3), rights: allowed}, there: 3},
		"gone":                     {fake: &fake{rights: allowed}, gone: 3},
		"one is gone":              {fake: &fake{ids: at(5, 2), rights: allowed}, there: 2, gone: 1},
		"the right is lost":        {fake: &fake{ids: at(5, 3), rights: discord.ViewChannel}, err: ErrNoHistory},
		"young, and deleted since": {fake: &fake{rights: allowed}, now: young, known: func(snowflake.ID) bool { return true }},
		"young, and never shown":   {fake: &fake{rights: allowed}, gone: 3, now: growing(young())},
		"young, and shown late": {fake: &fake{rights: allowed, before: func(page int, f *fake) {
			if page == 3 {
				f.ids = at(5, 3)
			}
		}}, now: young, there: 3},
		"young, and the right is lost": {fake: &fake{rights: allowed, before: func(page int, f *fake) {
			if page == 3 {
				f.rights = 0
			}
		}}, now: young, err: ErrNoHistory},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if c.now == nil {
					c.now = old
				}
				if c.known == nil {
					c.known = unknown
				}
				there, gone, err := newReader(t, c.fake).Settle(t.Context(), channel, at(5, 3), c.now, c.known)
				if len(there) != c.there || len(gone) != c.gone || !errors.Is(err, c.err) {
					t.Errorf("%d there, %d gone, %v; want %d, %d, %v", len(there), len(gone), err, c.there, c.gone, c.err)
				}
			})
		})
	}
}

// growing is a clock that begins at an instant, and goes on with the bubble's.
func growing(from time.Time) func() time.Time {
	var begin time.Time
	return func() time.Time {
		if begin.IsZero() {
			begin = time.Now()
		}
		return from.Add(time.Since(begin))
	}
}
