package projections

import (
	"encoding/binary"
	"slices"
	"sort"

	"tally/eventlog/snowflake"
)

// idSet is a set of message ids in little memory: sorted blocks of differences, about 6 bytes an id
// where ids lie days apart, at most 10. The zero value is empty.
type idSet struct {
	blocks []idBlock
	n      int
}

// blockIDs is how many ids a block holds before it is split.
const blockIDs = 128

type idBlock struct {
	first, last snowflake.ID
	n           int
	deltas      []byte // uvarints from each id to the next
}

// find returns the block that holds id, or in which it would stand.
func (s *idSet) find(id snowflake.ID) int {
	at := sort.Search(len(s.blocks), func(i int) bool { return s.blocks[i].first > id })
	return max(at-1, 0)
}

func (b *idBlock) decode() []snowflake.ID {
	ids := make([]snowflake.ID, 1, blockIDs+1)
	ids[0] = b.first
	for rest := b.deltas; len(rest) > 0; {
		d, n := binary.Uvarint(rest)
		ids = append(ids, ids[len(ids)-1]+snowflake.ID(d))
		rest = rest[n:]
	}
	return ids
}

func encodeBlock(ids []snowflake.ID) idBlock {
	deltas := make([]byte, 0, 6*len(ids))
	for i := 1; i < len(ids); i++ {
		deltas = binary.AppendUvarint(deltas, uint64(ids[i]-ids[i-1]))
	}
	return idBlock{ids[0], ids[len(ids)-1], len(ids), slices.Clone(deltas)}
}

func (s *idSet) has(id snowflake.ID) bool {
	return s.anyIn(id, id)
}

// anyIn reports whether the set has an id from first to last.
func (s *idSet) anyIn(first, last snowflake.ID) bool {
	if s.n == 0 {
		return false
	}
	at := s.find(first)
	b := &s.blocks[at]
	if b.first >= first { // only in the first block
		return b.first <= last
	}
	if b.last < first {
		return at+1 < len(s.blocks) && s.blocks[at+1].first <= last
	}
	id := b.first
	for rest := b.deltas; id < first; {
		d, n := binary.Uvarint(rest)
		id += snowflake.ID(d)
		rest = rest[n:]
	}
	return id <= last
}

// add puts an id in, and reports whether it is new.
func (s *idSet) add(id snowflake.ID) bool {
	if s.n == 0 || s.blocks[len(s.blocks)-1].last < id {
		s.push(id)
		return true
	}
	at := s.find(id)
	ids := s.blocks[at].decode()
	i, found := slices.BinarySearch(ids, id)
	if found {
		return false
	}
	ids = slices.Insert(ids, i, id)
	s.n++
	if len(ids) <= blockIDs {
		s.blocks[at] = encodeBlock(ids)
		return true
	}
	s.blocks[at] = encodeBlock(ids[:blockIDs/2])
	s.blocks = slices.Insert(s.blocks, at+1, encodeBlock(ids[blockIDs/2:]))
	return true
}

// push puts an id in that is above all others, as most are that come.
func (s *idSet) push(id snowflake.ID) {
	s.n++
	if len(s.blocks) > 0 {
		b := &s.blocks[len(s.blocks)-1]
		if b.n < blockIDs {
			b.deltas = binary.AppendUvarint(b.deltas, uint64(id-b.last))
			b.last = id
			b.n++
			return
		}
		b.deltas = slices.Clone(b.deltas) // it grew by doubling
	}
	s.blocks = append(s.blocks, idBlock{first: id, last: id, n: 1})
}

// remove takes an id out, and reports whether it was in.
func (s *idSet) remove(id snowflake.ID) bool {
	if !s.has(id) {
		return false
	}
	at := s.find(id)
	ids := s.blocks[at].decode()
	i, _ := slices.BinarySearch(ids, id)
	ids = slices.Delete(ids, i, i+1)
	s.n--
	if len(ids) == 0 {
		s.blocks = slices.Delete(s.blocks, at, at+1)
	} else {
		s.blocks[at] = encodeBlock(ids)
	}
	return true
}

// all returns the ids, rising.
func (s *idSet) all() []snowflake.ID {
	ids := make([]snowflake.ID, 0, s.n)
	for i := range s.blocks {
		ids = append(ids, s.blocks[i].decode()...)
	}
	return ids
}
