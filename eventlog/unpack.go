package eventlog

// unpack fills to with numbers of a width of up to 8 bits, and counts how often each of them comes:
// counts has room for all that the width can hold. Eight numbers fill as many bytes as one has bits.
func unpack(to []uint8, counts []uint16, packed []byte, width uint) {
	clear(counts)
	width &= 15 // says that no shift goes beyond a word
	mask := uint64(1)<<width - 1
	for ; len(to) >= 8; to, packed = to[8:], packed[width:] {
		eight, bits := (*[8]uint8)(to), word(packed)
		for i := range eight {
			n := uint8(bits & mask)
			eight[i] = n
			counts[n]++
			bits >>= width
		}
	}
	bits := word(packed)
	for i := range to {
		n := uint8(bits & mask)
		to[i] = n
		counts[n]++
		bits >>= width
	}
}

func sum(counts []uint16) (n int) {
	for _, c := range counts {
		n += int(c)
	}
	return n
}
