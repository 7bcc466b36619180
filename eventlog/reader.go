package eventlog

import (
	"encoding/binary"
	"math/bits"
)

// reader takes a payload apart. After a read beyond the end, or of a number that can't be, short is set
// and all further reads give zeros: the caller asks once, at the end.
type reader struct {
	b     []byte
	short bool
}

func (r *reader) byte() byte {
	if len(r.b) == 0 {
		r.short = true
		return 0
	}
	v := r.b[0]
	r.b = r.b[1:]
	return v
}

func (r *reader) uvarint() uint64 {
	v, n := uvarint(r.b)
	if n <= 0 {
		r.short, r.b = true, nil
		return 0
	}
	r.b = r.b[n:]
	return v
}

// uvarint is binary.Uvarint without a branch for each byte: the lengths of ids can't be foretold.
func uvarint(b []byte) (v uint64, n int) {
	if len(b) < 9 {
		return binary.Uvarint(b)
	}
	v = binary.LittleEndian.Uint64(b)
	n = bits.TrailingZeros64(^v&0x8080808080808080)/8 + 1 // the byte without its top bit is the last
	v &= (1<<(8*n) - 1) & 0x7f7f7f7f7f7f7f7f
	v = v&0x007f007f007f007f | v&0x7f007f007f007f00>>1 // 7 bits and 7 make 14
	v = v&0x00003fff00003fff | v&0x3fff00003fff0000>>2
	v = v&0x000000000fffffff | v&0x0fffffff00000000>>4
	switch {
	case n <= 8:
		return v, n
	case b[8] < 1<<7:
		return v | uint64(b[8])<<56, n
	}
	return binary.Uvarint(b)
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

// atMost reads a varint that may not be over most.
func (r *reader) atMost(most uint64) uint64 {
	v := r.uvarint()
	if v > most {
		r.short, r.b = true, nil
		return 0
	}
	return v
}

func (r *reader) take(n int) []byte {
	if n < 0 || n > len(r.b) {
		r.short, r.b = true, nil
		return nil
	}
	v := r.b[:n]
	r.b = r.b[n:]
	return v
}
