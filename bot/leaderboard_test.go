package bot

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"tally/bot/discordtest"
	"tally/eventlog/snowflake"
)

// TestPeriods asks for each period of a board, with its buttons too. The server's days are counted back from
// noon of 2026-03-18, a Wednesday.
func TestPeriods(t *testing.T) {
	now := time.Date(2026, 3, 18, 12, 0, 0, 0, time.UTC)
	clock := &handClock{now: now, step: time.Millisecond}
	w := newWorld(t, discordtest.Options{Clock: clock.Now})
	s := w.addServer("periods")
	thread := s.AddThread(discordtest.ThreadSpec{Parent: s.general, Name: "thread"})
	sent := func(channel, author snowflake.ID, at string) {
		when, err := time.Parse(time.DateTime, at)
		if err != nil {
			t.Fatal(err)
		}
		w.Send(channel, discordtest.Message{Author: author, ID: snowflake.At(when)})
	}
	for _, at := range []string{"2025-12-31 23:59:59", "2026-01-01 00:00:00", "2026-02-16 23:59:59", "2026-02-17 00:00:00",
		"2026-03-11 23:59:59", "2026-03-12 00:00:00", "2026-03-17 23:59:59", "2026-03-18 00:00:00"} {
		sent(s.general, s.ann, at)
	}
	sent(thread, s.bob, "2026-03-18 10:00:00")
	sent(thread, s.bob, "2026-03-18 10:00:01")
	sent(s.other, s.bob, "2025-06-01 10:00:00")
	w.start()
	w.run(s.Guild, "import-messages", nil)
	w.imported(s.Guild)
	row := func(rank int, user snowflake.ID, n int) string {
		return fmt.Sprintf("**%d.** <@%d> — %d", rank, user, n)
	}
	for name, c := range map[string]struct {
		options map[string]any
		want    []string // of the board, first to last
		title   string
	}{
		"all time":      {nil, []string{row(1, s.ann, 8), row(2, s.bob, 3)}, "Leaderboard of periods"},
		"today":         {map[string]any{"period": "today"}, []string{row(1, s.bob, 2), row(2, s.ann, 1)}, "today"},
		"7 days":        {map[string]any{"period": "7-days"}, []string{row(1, s.ann, 3), row(2, s.bob, 2)}, "the last 7 days"},
		"30 days":       {map[string]any{"period": "30-days"}, []string{row(1, s.ann, 5), row(2, s.bob, 2)}, "the last 30 days"},
		"month":         {map[string]any{"period": "month"}, []string{row(1, s.ann, 4), row(2, s.bob, 2)}, "this month"},
		"year":          {map[string]any{"period": "year"}, []string{row(1, s.ann, 7), row(2, s.bob, 2)}, "this year"},
		"channel":       {map[string]any{"channel": s.general}, []string{"In <#" + s.general.String(), row(1, s.ann, 8), row(2, s.bob, 2)}, "Leaderboard"},
		"thread":        {map[string]any{"channel": thread}, []string{row(1, s.bob, 2)}, "Leaderboard"},
		"as of":         {map[string]any{"as_of": "2026-02-16"}, []string{row(1, s.ann, 3), row(2, s.bob, 1), "What was deleted since isn't in it."}, "as of 2026-02-16"},
		"as of today":   {map[string]any{"as_of": "2026-03-18"}, []string{row(1, s.ann, 8), row(2, s.bob, 3), "deleted since"}, "as of 2026-03-18"},
		"tomorrow":      {map[string]any{"as_of": "2026-03-19"}, []string{"2026-03-19 is in the future: here it is 2026-03-18. Name a day"}, ""},
		"as of a month": {map[string]any{"as_of": "2026-02-17", "period": "month"}, []string{row(1, s.ann, 2)}, "This month, as of 2026-02-17"},
		"long ago":      {map[string]any{"as_of": "1999-12-31"}, []string{"Nobody wrote anything"}, "as of 1999-12-31"},
		"no day":        {map[string]any{"as_of": "yesterday"}, []string{"YYYY-MM-DD"}, ""},
	} {
		got := w.run(s.Guild, "leaderboard", c.options)
		at := -1
		for _, want := range c.want {
			next := strings.Index(got, want)
			if next <= at {
				t.Errorf("%s: %q is not in its place:\n%s", name, want, got)
			}
			at = next
		}
		if !strings.Contains(got, c.title) || strings.Count(got, "**") != 2*strings.Count(strings.Join(c.want, ""), "— ") {
			t.Errorf("%s:\n%s", name, got)
		}
	}
	w.pressPeriods(s)
}

// pressPeriods switches a board by its buttons.
func (w *world) pressPeriods(s server) {
	w.t.Helper()
	ctx, stop := context.WithTimeout(w.t.Context(), patience)
	defer stop()
	i, err := w.Interact(ctx, discordtest.Command{Guild: s.ID(), Channel: s.general, User: s.ann, Name: "leaderboard", Options: map[string]any{"channel": s.general}})
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := i.Filled(ctx); err != nil {
		w.t.Fatal(err)
	}
	pressed, err := i.Press(ctx, fmt.Sprintf("leaderboard:1:today:%d:", s.general))
	if err != nil {
		w.t.Fatal(err)
	}
	r, err := pressed.Filled(ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	if got := text(r); !strings.Contains(got, "today") || !strings.Contains(got, "In <#") || !strings.Contains(got, "3 messages in all · you: 1, rank 2") {
		w.t.Errorf("after the button:\n%s", got)
	}
}
