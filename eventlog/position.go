package eventlog

import (
	"encoding/binary"
	"fmt"
	"math"
	"time"

	"github.com/oklog/ulid/v2"
)

// idSize is the log's own random id in each ULID; the four bytes after it are a counter.
const idSize = 6

// positions hands out ULIDs that rise strictly, whatever the clock does: after a step back they stay
// in the last millisecond and only count on.
type positions struct {
	clock func() time.Time
	id    [idSize]byte
	last  ulid.ULID
}

// next returns the first of n ULIDs in a row, all in one millisecond. It fails when they are used up,
// in the year 10889.
func (p *positions) next(n int) (base ulid.ULID, err error) {
	ms, count := p.last.Time(), uint64(counter(p.last))+1
	// A clock before 1970 gives a number beyond all years: it is taken for a step back.
	if now := ulid.Timestamp(p.clock()); now > ms && now <= ulid.MaxTime() {
		ms, count = now, 0
	}
	if count+uint64(n) > math.MaxUint32 {
		ms, count = ms+1, 0
	}
	if err := base.SetTime(ms); err != nil {
		return base, fmt.Errorf("the log has no positions left: %w", err)
	}
	copy(base[6:], p.id[:])
	setCounter(&base, uint32(count))
	p.last = advance(base, n-1)
	return base, nil
}

// advance returns the ULID of the event that stands n after base in base's record.
func advance(base ulid.ULID, n int) ulid.ULID {
	setCounter(&base, counter(base)+uint32(n))
	return base
}

func counter(u ulid.ULID) uint32 { return binary.BigEndian.Uint32(u[12:]) }

func setCounter(u *ulid.ULID, n uint32) { binary.BigEndian.PutUint32(u[12:], n) }
