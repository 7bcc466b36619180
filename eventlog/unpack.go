package eventlog

import "encoding/binary"

// unpack fills to with numbers of a width of up to 8 bits, and counts how often each number comes:
// counts has room for all that the width can hold. Eight numbers fill as many bytes as one has bits, so
// they are taken from one word at a time.
func unpack(to []uint8, counts []uint16, packed []byte, width uint) {
	clear(counts)
	mask := uint8(1<<width - 1)
	for len(to) > 0 {
		eight := to[:min(8, len(to))]
		bits := word(packed)
		for i := range eight {
			n := uint8(bits) & mask
			bits >>= width
			eight[i] = n
			counts[n]++
		}
		to, packed = to[len(eight):], packed[min(int(width), len(packed)):]
	}
}

// word returns the first eight bytes, or as many as there are, lowest first.
func word(b []byte) uint64 {
	if len(b) >= 8 {
		return binary.LittleEndian.Uint64(b)
	}
	var padded [8]byte
	copy(padded[:], b)
	return binary.LittleEndian.Uint64(padded[:])
}

func sum(counts []uint16) (n int) {
	for _, c := range counts {
		n += int(c)
	}
	return n
}
