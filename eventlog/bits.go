package eventlog

import (
	"encoding/binary"
	"math/bits"
)

// bitWriter appends numbers of any width to bytes, lowest bits first.
type bitWriter struct {
	b    []byte
	acc  uint64
	held uint // bits in acc, under 32 between calls
}

// put appends the low n bits of v; the others must be zero.
func (w *bitWriter) put(v uint64, n uint) {
	if n > 32 { // acc has room for 32 bits more
		w.put(v&(1<<32-1), 32)
		v, n = v>>32, n-32
	}
	w.acc |= v << w.held
	if w.held += n; w.held >= 32 {
		w.b = binary.LittleEndian.AppendUint32(w.b, uint32(w.acc))
		w.acc >>= 32
		w.held -= 32
	}
}

// end fills the last byte up with zeros and returns all.
func (w *bitWriter) end() []byte {
	for ; w.held > 0; w.held -= min(8, w.held) {
		w.b = append(w.b, byte(w.acc))
		w.acc >>= 8
	}
	return w.b
}

// putGamma appends a number from 1 on in Elias' gamma code: small ones take few bits, 1 takes one.
func (w *bitWriter) putGamma(v uint64) {
	n := uint(bits.Len64(v)) - 1
	w.put(1<<n, n+1)
	w.put(v&(1<<n-1), n)
}

// bitReader reads what bitWriter wrote. After a read beyond the end short is set and zeros follow.
type bitReader struct {
	b     []byte
	acc   uint64
	held  uint
	short bool
}

func (r *bitReader) take(n uint) uint64 {
	if n > 32 {
		low := r.take(32)
		return low | r.take(n-32)<<32
	}
	for r.held < n {
		if len(r.b) == 0 {
			r.short = true
			return 0
		}
		r.acc |= uint64(r.b[0]) << r.held
		r.b = r.b[1:]
		r.held += 8
	}
	v := r.acc & (1<<n - 1)
	r.acc >>= n
	r.held -= n
	return v
}

// takeGamma reads what putGamma wrote; 0 says that there is no such number.
func (r *bitReader) takeGamma() uint64 {
	n := uint(0)
	for r.take(1) == 0 {
		if n++; r.short || n == 64 {
			r.short = true
			return 0
		}
	}
	return 1<<n | r.take(n)
}
