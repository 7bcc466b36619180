package eventlog

import "encoding/binary"

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
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.short, r.b = true, nil
		return 0
	}
	r.b = r.b[n:]
	return v
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
