package rest

import (
	"sync"
	"time"
)

const (
	// invalidWindow is the span in which Discord counts invalid requests: it bans an address that
	// sends 10,000 in 10 minutes
	// (https://discord.com/developers/docs/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans).
	invalidWindow = 10 * time.Minute
	// maxInvalid is how many Tally allows itself; others may share its address.
	maxInvalid = 1000
)

// budget counts the requests that Discord refused as invalid.
type budget struct {
	mu   sync.Mutex
	ring [maxInvalid]time.Time // their times; next is the oldest
	next int
}

// spend notes one invalid request.
func (b *budget) spend() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ring[b.next] = time.Now()
	b.next = (b.next + 1) % maxInvalid
}

// wait returns how long nothing may be sent; 0 while the budget isn't used up.
func (b *budget) wait() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	oldest := b.ring[b.next]
	if oldest.IsZero() {
		return 0
	}
	return max(invalidWindow-time.Since(oldest), 0)
}
