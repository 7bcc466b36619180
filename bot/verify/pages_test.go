package verify

import (
	"math/rand/v2"
	"testing"
	"time"

	"tally/bot/discord"
	"tally/bot/discordtest"
	"tally/eventlog/snowflake"
)

// TestAnyPages has pages be shorter than asked for, and the ids of a millisecond stand in any order, cut apart
// anywhere. Each message is compared once, and each difference is found.
func TestAnyPages(t *testing.T) {
	for name, c := range map[string]struct {
		options discordtest.Options
		crowd   int // in one millisecond at the most
	}{
		"short":           {discordtest.Options{ShortPages: 40}, 250}, // more than two pages of one millisecond
		"mixed":           {discordtest.Options{MixedMilliseconds: true}, 40},
		"mixed and short": {discordtest.Options{MixedMilliseconds: true, ShortPages: 40}, 40},
	} {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(4) {
				w := newWorldWith(t, c.options)
				want := w.crowds(rand.New(rand.NewPCG(seed, 0)), c.crowd)
				for _, w.Repair = range []bool{false, true} {
					if r := w.verify(); len(r.Worst) != 1 || r.Worst[0] != want {
						t.Fatalf("seed %d: %+v, want %+v", seed, r.Worst, want)
					}
				}
				if r := w.verify(); !r.Exact() || r.Counted != want.Expected {
					t.Errorf("seed %d, mended: %+v", seed, r)
				}
			}
		})
	}
}

// crowds has ann write many messages in few milliseconds, of which some were not heard, and some were deleted
// unheard. It returns what there is to be found.
func (w *world) crowds(random *rand.Rand, most int) User {
	want := User{User: w.ann}
	at := w.Server.Now().Add(-time.Hour)
	for n := range 25 {
		at = at.Add(time.Millisecond * time.Duration(1+random.IntN(5)))
		crowd := 1 + random.IntN(30)
		if n%12 == 0 {
			crowd = most
		}
		for i := range crowd {
			id := snowflake.At(at) + snowflake.ID(3*i)
			shown, counts := random.IntN(10) > 0, random.IntN(10) > 0
			if shown {
				w.Send(w.general, discordtest.Message{Author: w.ann, ID: id})
				want.Expected++
			}
			if counts {
				must(w.t, w.Gate.Live(w.t.Context(), discord.Message{ID: id, Channel: w.general, Author: w.ann}))
				want.Counted++
			}
			if shown && !counts {
				want.Missing++
			}
			if counts && !shown {
				want.Extra++
			}
		}
	}
	return want
}

// TestMemory has nothing kept of what was compared and agrees: of a page only its oldest millisecond waits
// for the next one.
func TestMemory(t *testing.T) {
	w := newWorld(t)
	w.counted(w.general, w.ann, 500)
	w.write()
	c := comparison{
		Deep: w.Deep, channel: w.general, found: newDifferences(), above: snowflake.At(w.Server.Now().Add(time.Second)),
		shown: map[snowflake.ID]discord.Message{}, missing: map[snowflake.ID]discord.Message{}, extra: map[snowflake.ID]snowflake.ID{},
	}
	pages := 0
	must(t, w.Walk(t.Context(), discord.Channel{ID: c.channel}, c.above, 0, func(page []discord.Message) error {
		pages++
		err := c.page(page)
		for id := range c.shown {
			if id >= c.above || id.Ms() != (c.above-1).Ms() {
				t.Errorf("%d is kept, compared is what is from %d on", id, c.above)
			}
		}
		return err
	}))
	must(t, c.downTo(0))
	kept := len(c.shown) + len(c.missing) + len(c.extra) + len(c.found.missing) + len(c.found.extra)
	if pages < 5 || kept > 0 || c.found.user(w.ann).Counted != 500 || c.found.user(w.ann).Expected != 500 {
		t.Errorf("%d pages, %d messages are kept: %+v", pages, kept, c.found.user(w.ann))
	}
}
