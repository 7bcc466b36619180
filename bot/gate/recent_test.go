package gate

import (
	"testing"

	"pgregory.net/rapid"

	"tally/eventlog/snowflake"
)

// TestRecentIsExact adds any ids: of those that it says it knows, it knows rightly; and it keeps few eras.
func TestRecentIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		newest := snowflake.ID(rapid.Uint64Range(0, 4<<eraBits).Draw(t, "newest"))
		r, added := newRecent(newest), map[snowflake.ID]bool{}
		id := rapid.Custom(func(t *rapid.T) snowflake.ID {
			era := rapid.Uint64Range(0, 12).Draw(t, "era")
			if rapid.IntRange(0, 9).Draw(t, "far") == 0 {
				era = 1<<(64-eraBits) - 1 - era
			}
			return snowflake.ID(era<<eraBits | rapid.Uint64Range(0, 3).Draw(t, "id"))
		})
		floor := r.floor
		for _, id := range rapid.SliceOf(id).Draw(t, "ids") {
			if r.knows(id) && r.has(id) != added[id] {
				t.Fatalf("has %d: %v, want %v", id, r.has(id), added[id])
			}
			r.add(id)
			added[id] = true
			if r.knows(id) && !r.has(id) {
				t.Fatalf("%d is forgotten though it is above the floor", id)
			}
			if len(r.eras) > erasKept || r.floor < floor {
				t.Fatalf("%d eras, floor %d after %d", len(r.eras), r.floor, floor)
			}
			floor = r.floor
		}
	})
}

// TestRecentForgetsTheOldest has one clock gone wrong push nothing out but what is oldest.
func TestRecentForgetsTheOldest(t *testing.T) {
	r := newRecent(0)
	at := func(era int) snowflake.ID { return snowflake.ID(era)<<eraBits + 5 }
	for _, era := range []int{1, 2, 3, 4_000_000, 4} {
		r.add(at(era))
	}
	for _, era := range []int{1, 2, 3, 4, 4_000_000} {
		if !r.has(at(era)) {
			t.Errorf("era %d is forgotten too early", era)
		}
	}
	r.add(at(5))
	if r.knows(at(1)) || r.has(at(1)) || !r.has(at(2)) || !r.has(at(4_000_000)) {
		t.Error("not the oldest era was forgotten, or not only that")
	}
	r.add(at(1)) // a straggler stays below the floor
	if r.has(at(1)) {
		t.Error("an id below the floor was noted")
	}
}
