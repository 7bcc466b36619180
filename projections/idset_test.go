package projections

import (
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"

	"pgregory.net/rapid"

	"tally/eventlog/snowflake"
)

// TestIDSetAgainstAMap adds and removes ids in runs, rising, falling and anywhere, so that blocks
// fill, split and empty.
func TestIDSetAgainstAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s idSet
		twin := map[snowflake.ID]bool{}
		span := rapid.SampledFrom([]uint64{40, 3000, 1 << 62}).Draw(t, "span")
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		for range rapid.IntRange(1, 30).Draw(t, "runs") {
			id, step := snowflake.ID(r.Uint64N(span)), []int64{1, 3, -1, 0}[r.IntN(4)]
			remove := r.IntN(3) == 0
			for range r.IntN(200) {
				if step == 0 {
					id = snowflake.ID(r.Uint64N(span))
				}
				if had := twin[id]; remove {
					if s.remove(id) != had {
						t.Fatalf("remove %d: the set had %v", id, had)
					}
					delete(twin, id)
				} else {
					if s.add(id) == had {
						t.Fatalf("add %d: the set had %v", id, had)
					}
					twin[id] = true
				}
				id = snowflake.ID(max(0, int64(id)+step))
			}
		}
		agree(t, &s, twin, r, span)
	})
}

func agree(t *rapid.T, s *idSet, twin map[snowflake.ID]bool, r *rand.Rand, span uint64) {
	var want []snowflake.ID
	for id := range twin {
		want = append(want, id)
	}
	slices.Sort(want)
	if got := s.all(); s.n != len(want) || !slices.Equal(got, want) {
		t.Fatalf("%d ids %v, want %v", s.n, got, want)
	}
	for range 100 {
		first := snowflake.ID(r.Uint64N(span))
		last := first + snowflake.ID(r.Uint64N(1+span/10))
		at, _ := slices.BinarySearch(want, first)
		if got := s.anyIn(first, last); got != (at < len(want) && want[at] <= last) {
			t.Fatalf("anyIn %d to %d: %v", first, last, got)
		}
		if s.has(first) != twin[first] {
			t.Fatalf("has %d: %v", first, s.has(first))
		}
	}
}

func (s *idSet) bytes() int {
	n := cap(s.blocks) * int(unsafe.Sizeof(idBlock{}))
	for i := range s.blocks {
		n += cap(s.blocks[i].deltas) // which is all that the runtime sets aside for it
	}
	return n
}

// TestIDSetIsSmall holds a million deletes of seven years to 8 MB, however they come.
func TestIDSetIsSmall(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	ids := make([]snowflake.ID, 1_000_000)
	for i := range ids {
		ids[i] = snowflake.ID(r.Uint64N(7*365*24*3600*1000<<22)) + 1<<60
	}
	rising := slices.Sorted(slices.Values(ids))
	for name, order := range map[string][]snowflake.ID{"anyhow": ids, "rising": rising} {
		var s idSet
		for _, id := range order {
			s.add(id)
		}
		t.Logf("%s: %.2f MB for %d ids", name, float64(s.bytes())/1e6, s.n)
		if s.bytes() > 8e6 {
			t.Errorf("%s: %d bytes for %d ids", name, s.bytes(), s.n)
		}
	}
}
