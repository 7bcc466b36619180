package projections

import "math/bits"

// fewPlaces are found without an index, by a look at each.
const fewPlaces = 16

// places numbers keys from 0 in the order in which they come, and finds a key's number again. Who keeps
// something for each key keeps it in a slice by these numbers. It takes little memory: a key's own, and an index of
// some 7 bytes a key where there are many. The zero value is empty.
type places[K ~uint32 | ~uint64] struct {
	keys  []K
	slots []uint32 // by the keys' hash, with open addressing: a key's number plus 1; 0 is free
}

// find returns a key's number, or -1.
func (p *places[K]) find(key K) int {
	if p.slots == nil {
		for i, k := range p.keys {
			if k == key {
				return i
			}
		}
		return -1
	}
	if n := p.slots[p.slot(key)]; n > 0 {
		return int(n - 1)
	}
	return -1
}

// slot returns where a key's number stands, or would.
func (p *places[K]) slot(key K) int {
	const spread = 0x9e3779b97f4a7c15 // 2^64 over the golden ratio: neighbours end up far apart
	at := uint64(key) * spread >> (64 - bits.TrailingZeros(uint(len(p.slots))))
	for {
		if n := p.slots[at]; n == 0 || p.keys[n-1] == key {
			return int(at)
		}
		at = (at + 1) & uint64(len(p.slots)-1)
	}
}

// add numbers a key that has no number yet.
func (p *places[K]) add(key K) int {
	p.keys = append(p.keys, key)
	if n := len(p.keys); n > fewPlaces && n*4 > len(p.slots)*3 {
		p.index(max(2*len(p.slots), 2*fewPlaces))
	} else if p.slots != nil {
		p.slots[p.slot(key)] = uint32(n)
	}
	return len(p.keys) - 1
}

// index makes the index anew, with so many slots: a power of two.
func (p *places[K]) index(size int) {
	p.slots = make([]uint32, size)
	for i, key := range p.keys {
		p.slots[p.slot(key)] = uint32(i + 1)
	}
}
