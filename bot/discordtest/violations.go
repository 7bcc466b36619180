package discordtest

import (
	"fmt"
	"slices"
	"sync"
)

// violations keeps what a well-behaved client never does.
type violations struct {
	mu   sync.Mutex
	list []string
}

func (v *violations) add(format string, args ...any) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.list = append(v.list, fmt.Sprintf(format, args...))
}

// Violations returns what the client did that a well-behaved one never does, in order: unknown
// routes, limits and 429s ignored, late answers to interactions, messages that could ping, and so on.
func (s *Server) Violations() []string {
	s.viol.mu.Lock()
	defer s.viol.mu.Unlock()
	return slices.Clone(s.viol.list)
}
