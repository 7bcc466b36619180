package eventlog

import (
	"encoding/binary"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestUvarint holds the fast form against the plain one, for numbers and for bytes of any kind.
func TestUvarint(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := binary.AppendUvarint(nil, rapid.Uint64().Draw(t, "v")>>rapid.IntRange(0, 63).Draw(t, "shift"))
		if rapid.Bool().Draw(t, "any") {
			b = rapid.SliceOfN(rapid.SampledFrom([]byte{0, 1, 0x7f, 0x80, 0xff}), 0, 12).Draw(t, "bytes")
		}
		b = append(b, rapid.SliceOfN(rapid.Byte(), 0, 12).Draw(t, "more")...)
		v, n := uvarint(b)
		if wantV, wantN := binary.Uvarint(b); v != wantV || n != wantN {
			t.Fatalf("%x: %d, %d bytes; want %d, %d", b, v, n, wantV, wantN)
		}
	})
}

// TestUnpack reads numbers of each width and counts them.
func TestUnpack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.UintRange(0, 8).Draw(t, "width")
		want := rapid.SliceOfN(rapid.Uint8Max(uint8(1<<width-1)), 1, MaxPage).Draw(t, "numbers")
		w := bitWriter{}
		wantCounts := make([]uint16, 1<<width)
		for _, n := range want {
			w.put(uint64(n), width)
			wantCounts[n]++
		}
		got, counts := make([]uint8, len(want)), make([]uint16, 1<<width)
		if unpack(got, counts, w.end(), width); !slices.Equal(got, want) || !slices.Equal(counts, wantCounts) {
			t.Fatalf("%v, %v; want %v, %v", got, counts, want, wantCounts)
		}
	})
}
