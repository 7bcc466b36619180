package projections

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// TestTop holds the first n, and each user's place, against all users in order.
func TestTop(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := NewGuild(guildID)
		g.settings.Deleted = rapid.Bool().Draw(t, "deleted ones too")
		count := rapid.Uint64Range(0, 5)
		users := rapid.IntRange(0, 60).Draw(t, "users")
		var want []Standing
		writers := 0
		for i := range users {
			s := Standing{User: eventlog.Anonymous + 1 + snowflake.ID(i), Count: Count{Messages: count.Draw(t, "messages"), Deleted: count.Draw(t, "deleted")}}
			g.users.sums[g.users.number(s.User)] = s.Count
			if s.Shown = s.Messages; g.settings.Deleted {
				s.Shown += s.Deleted
			}
			if s.Seen() > 0 {
				want = append(want, s)
			}
			if s.Shown > 0 {
				writers++
			}
		}
		slices.SortStableFunc(want, func(a, b Standing) int { return int(b.Shown) - int(a.Shown) })
		for i := range want {
			want[i].Rank = i + 1
			if rank, n := g.Place(want[i].User); rank != i+1 || n != writers {
				t.Fatalf("user %d has place %d of %d, want %d of %d", want[i].User, rank, n, i+1, writers)
			}
		}
		n := rapid.IntRange(0, 70).Draw(t, "n")
		top, of := g.Top(n)
		if want = want[:min(n, len(want))]; !slices.Equal(top, want) {
			t.Fatalf("the first %d are %v, want %v", n, top, want)
		}
		if all := g.Standings(); of != len(all) {
			t.Fatalf("%d users, but %d have a place", of, len(all))
		}
	})
}
