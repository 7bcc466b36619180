package history

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tally/bot/discord"
	"tally/eventlog/snowflake"
)

const cutoff = snowflake.ID(1000) << 22

// aChannel has messages, as far as is known: the last one is any.
var aChannel = discord.Channel{ID: channel, LastMessage: cutoff}

// TestWalkReadsAll walks any history, with pages of any length, resumed anywhere, and holds what is given
// to what is there.
func TestWalkReadsAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := &fake{rights: allowed, mixed: rapid.Bool().Draw(t, "mixed")}
		sizes := []int{1, 3, 99, 100, 101, 250}
		if f.mixed { // who has no order within a millisecond can't page through one that is longer than a page
			sizes = []int{1, 30, 47, 60}
		}
		for range rapid.IntRange(0, 6).Draw(t, "milliseconds") {
			ms := rapid.IntRange(1, 1005).Draw(t, "ms")
			if !slices.Contains(f.ids, at(ms, 1)[0]) {
				f.ids = append(f.ids, at(ms, rapid.SampledFrom(sizes).Draw(t, "n"))...)
			}
		}
		if !f.mixed && rapid.Bool().Draw(t, "short pages") {
			f.cut = func(int) int { return rapid.IntRange(1, 100).Draw(t, "cut") }
		}
		r := newReader(t, f)
		below, _ := slices.BinarySearch(f.ids, cutoff)
		want, got := f.ids[:below], taken{}
		stop := rapid.IntRange(1, 8).Draw(t, "stop at page")
		seen, pages := snowflake.ID(0), 0
		interrupted := errors.New("interrupted")
		err := r.Walk(context.Background(), aChannel, cutoff, 0, func(page []discord.Message) error {
			if pages++; pages == stop {
				return interrupted
			}
			for _, m := range page {
				if seen == 0 || m.ID < seen {
					seen = m.ID
				}
			}
			return got.give(page)
		})
		if errors.Is(err, interrupted) {
			err = r.Walk(context.Background(), aChannel, cutoff, seen, got.give)
		}
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got.ids(), want) {
			t.Fatalf("%d messages were given, want %d", len(got), len(want))
		}
	})
}

// TestWalkEnds has the ends that a history can have.
func TestWalkEnds(t *testing.T) {
	lose := func(when int) func(int, *fake) {
		return func(page int, f *fake) {
			if page == when {
				f.rights = discord.ViewChannel
			}
		}
	}
	for name, c := range map[string]struct {
		fake *fake
		seen snowflake.ID
		want error
		read int

		unnamed bool // Discord names no last message
	}{
		"never written in":                      {fake: &fake{rights: allowed}, unnamed: true},
		"as it seems, but the right is missing": {fake: &fake{ids: at(5, 10), rights: discord.ViewChannel}, unnamed: true, want: ErrNoHistory},
		"as it seems, when it was missing": {fake: &fake{ids: at(5, 10), rights: discord.ViewChannel, told: func(f *fake) {
			f.rights = allowed
		}}, unnamed: true, read: 10},
		"an empty channel":                      {fake: &fake{rights: allowed}},
		"a cleared channel that can't be read":  {fake: &fake{rights: discord.ViewChannel}, want: ErrNoHistory},
		"a channel that can't be seen":          {fake: &fake{}, want: ErrNoHistory},
		"a channel that can't be read":          {fake: &fake{ids: at(5, 10), rights: discord.ViewChannel}, want: ErrNoHistory},
		"less than a page":                      {fake: &fake{ids: at(5, 10), rights: allowed}, read: 10},
		"exactly a page":                        {fake: &fake{ids: at(5, 100), rights: allowed}, read: 100},
		"the right lost before the second page": {fake: &fake{ids: at(5, 250), rights: allowed, before: lose(3)}, want: ErrNoHistory, read: 100},
		"the right lost behind the oldest page": {fake: &fake{ids: at(5, 10), rights: allowed, before: lose(2)}, want: ErrNoHistory},
		"all deleted meanwhile": {fake: &fake{ids: at(5, 150), rights: allowed, before: func(page int, f *fake) {
			if page == 3 {
				f.ids = nil
			}
		}}, read: 100},
		"resumed, and all that was left is deleted": {fake: &fake{rights: allowed}, seen: 5 << 22},
		"resumed without the right":                 {fake: &fake{ids: at(5, 10), rights: discord.ViewChannel}, seen: 5 << 22, want: ErrNoHistory},
		"only newer messages than the cutoff":       {fake: &fake{ids: at(1000, 10), rights: allowed}},
	} {
		t.Run(name, func(t *testing.T) {
			ch, got := aChannel, taken{}
			if c.unnamed {
				ch.LastMessage = 0
			}
			err := newReader(t, c.fake).Walk(t.Context(), ch, cutoff, c.seen, got.give)
			if !errors.Is(err, c.want) || len(got) != c.read {
				t.Errorf("%d messages, then %v; want %d, then %v", len(got), err, c.read, c.want)
			}
		})
	}
}

// TestWalkGivesPagesOnce walks through full milliseconds: what is read again isn't given again.
func TestWalkGivesPagesOnce(t *testing.T) {
	f := &fake{rights: allowed, ids: slices.Concat(at(5, 250), at(6, 30), at(7, 90), at(8, 100))}
	got := taken{}
	if err := newReader(t, f).Walk(t.Context(), aChannel, cutoff, 0, got.give); err != nil {
		t.Fatal(err)
	}
	for id, n := range got {
		if n > 1 {
			t.Errorf("message %s was given %d times", id, n)
		}
	}
	if f.pages > 12 {
		t.Errorf("%d pages were read for 470 messages", f.pages)
	}
}

// TestWalkAsksForLittle counts the requests: a page that holds all and says so is the only one, and no page is
// asked for to prove the end.
func TestWalkAsksForLittle(t *testing.T) {
	for _, c := range []struct{ messages, requests int }{{1, 1}, {10, 1}, {99, 1}, {100, 2}, {150, 2}, {200, 3}, {1000, 11}} {
		f := &fake{rights: allowed}
		for ms := range c.messages {
			f.ids = append(f.ids, at(ms/2+1, 2)[ms%2])
		}
		got := taken{}
		last := discord.Channel{ID: channel, LastMessage: f.ids[len(f.ids)-1]}
		if err := newReader(t, f).Walk(t.Context(), last, cutoff, 0, got.give); err != nil {
			t.Fatal(err)
		}
		if len(got) != c.messages || len(f.requests) > c.requests {
			t.Errorf("%d of %d messages in %d requests, want %d", len(got), c.messages, len(f.requests), c.requests)
		}
	}
}

// TestWalkBelievesNoShortPage has the first page be short, and its last message not be the channel's.
func TestWalkBelievesNoShortPage(t *testing.T) {
	f := &fake{rights: allowed, ids: slices.Concat(at(5, 10), at(6, 10)), cut: func(page int) int { return map[bool]int{true: 10, false: 100}[page == 1] }}
	got := taken{}
	err := newReader(t, f).Walk(t.Context(), discord.Channel{ID: channel, LastMessage: f.ids[19]}, cutoff, 0, got.give)
	if err != nil || len(got) != 20 {
		t.Errorf("%d messages, then %v", len(got), err)
	}
}

func TestWalkStopsWithItsTaker(t *testing.T) {
	full := errors.New("full")
	f := &fake{rights: allowed, ids: at(5, 300)}
	err := newReader(t, f).Walk(t.Context(), aChannel, cutoff, 0, func([]discord.Message) error { return full })
	if !errors.Is(err, full) || f.pages != 2 {
		t.Errorf("%v after %d pages", err, f.pages)
	}
}

// TestWalkOfAContradiction has Discord show that there is something older, and never give it: that is an
// error. Now and then it gives only the next bit, which is none.
func TestWalkOfAContradiction(t *testing.T) {
	for name, c := range map[string]struct {
		cut  func(page int) int
		want error
		read int
	}{
		"for ever":    {cut: func(page int) int { return map[bool]int{true: 10}[page <= 2] }, want: ErrContradiction, read: 10},
		"for a while": {cut: func(page int) int { return map[bool]int{true: 10}[page%5 == 2 || page == 1] }, read: 30},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
			defer stop()
			got := taken{}
			err := newReader(t, &fake{ids: at(5, 30), rights: allowed, cut: c.cut}).Walk(ctx, aChannel, cutoff, 0, got.give)
			if !errors.Is(err, c.want) || len(got) != c.read {
				t.Errorf("%d messages, then %v; want %d, then %v", len(got), err, c.read, c.want)
			}
		})
	}
}

// TestForward reads any history upwards: all above after, and at least up to until.
func TestForward(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := &fake{rights: allowed}
		for ms := range 6 {
			f.ids = append(f.ids, at(ms+1, rapid.SampledFrom([]int{0, 1, 50, 100, 230}).Draw(t, "n"))...)
		}
		if rapid.Bool().Draw(t, "short pages") {
			f.cut = func(int) int { return rapid.IntRange(1, 100).Draw(t, "cut") }
		}
		after := snowflake.ID(rapid.IntRange(0, 7).Draw(t, "after"))<<22 + snowflake.ID(rapid.IntRange(0, 100).Draw(t, "id"))
		until := snowflake.ID(rapid.IntRange(0, 8).Draw(t, "until")) << 22
		got := taken{}
		if err := newReader(t, f).Forward(context.Background(), channel, max(after, 1), until, 0, got.give); err != nil {
			t.Fatal(err)
		}
		for _, id := range f.ids {
			if n := got[id]; id <= after && n > 0 || id > after && id < until && n == 0 {
				t.Fatalf("message %s (after %s, until %s) was given %d times", id, after, until, n)
			}
		}
	})
}

// TestForwardAsksAgain gives a page once more where its taker wants that.
func TestForwardAsksAgain(t *testing.T) {
	f := &fake{rights: allowed, ids: at(5, 130)}
	got, asked := taken{}, 0
	err := newReader(t, f).Forward(t.Context(), channel, 1, cutoff, 0, func(page []discord.Message) error {
		if asked++; asked%2 == 1 {
			return ErrAgain
		}
		return got.give(page)
	})
	if err != nil || len(got) != 130 || asked < 4 {
		t.Errorf("%d messages, asked %d times, then %v", len(got), asked, err)
	}
}

// TestForwardProvesItsEnd takes nothing for the end while the right to read is missing.
func TestForwardProvesItsEnd(t *testing.T) {
	f := &fake{rights: discord.ViewChannel, ids: at(5, 300)}
	err := newReader(t, f).Forward(t.Context(), channel, 1, cutoff, 0, taken{}.give)
	if !errors.Is(err, ErrNoHistory) {
		t.Errorf("%v, want %v", err, ErrNoHistory)
	}
}
