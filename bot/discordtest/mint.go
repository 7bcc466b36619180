package discordtest

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"tally/eventlog/snowflake"
)

// mint makes ids: strictly rising, by Discord's clock, with worker and process bits that change
// from one millisecond to the next.
type mint struct {
	clock func() time.Time

	mu   sync.Mutex
	last snowflake.ID
	rng  *rand.Rand
}

func newMint(clock func() time.Time) *mint {
	return &mint{clock: clock, rng: rand.New(rand.NewPCG(7, 11))}
}

// next returns a new id. When the clock steps back, ids go on from the last one.
func (m *mint) next() snowflake.ID {
	m.mu.Lock()
	defer m.mu.Unlock()
	ms := max(m.clock().UnixMilli(), m.last.Ms())
	if ms == m.last.Ms() && m.last != 0 {
		if m.last&0xFFF < 0xFFF {
			m.last++
			return m.last
		}
		ms++
	}
	m.last = snowflake.AtMs(ms) | snowflake.ID(m.rng.IntN(1<<10))<<12
	return m.last
}

// secret returns 128 random bits in hex, for session ids and tokens.
func (m *mint) secret() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return fmt.Sprintf("%016x%016x", m.rng.Uint64(), m.rng.Uint64())
}
