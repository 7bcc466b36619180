package projections

import (
	"testing"

	"pgregory.net/rapid"

	"tally/eventlog/snowflake"
)

// TestPlaces holds the numbers of keys, few and many, near to each other and far apart, against a map.
func TestPlaces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var p places[snowflake.ID]
		twin := map[snowflake.ID]int{}
		key := rapid.Custom(func(t *rapid.T) snowflake.ID {
			n := rapid.Uint64Range(0, 300).Draw(t, "n")
			return snowflake.ID(n << rapid.SampledFrom([]uint{0, 22, 55}).Draw(t, "shift"))
		})
		for range rapid.IntRange(0, 400).Draw(t, "steps") {
			k := key.Draw(t, "key")
			want, known := twin[k]
			if !known {
				want = -1
			}
			if got := p.find(k); got != want {
				t.Fatalf("%d has number %d, want %d", k, got, want)
			}
			if !known {
				if twin[k] = p.add(k); twin[k] != len(twin)-1 {
					t.Fatalf("%d got number %d, and is the %dth", k, twin[k], len(twin))
				}
			}
		}
		for k, want := range twin {
			if got := p.find(k); got != want || p.keys[got] != k {
				t.Fatalf("%d has number %d, want %d", k, got, want)
			}
		}
	})
}
