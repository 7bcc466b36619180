package bot

import (
	"github.com/oklog/ulid/v2"

	"tally/eventlog"
)

// gaveUp reports whether a channel that opened was not read, for the import that reads such was cancelled.
// It is read by the next import.
func (s *sim) gaveUp(g *simGuild) bool {
	partial := map[uint32]bool{}
	for rec, err := range s.life.log.Records(g.ID(), ulid.ULID{}) {
		if err != nil {
			s.fail("read the log: %v", err)
			return false
		}
		for body, err := range rec.Bodies() {
			switch b := body.(type) {
			case eventlog.ImportStarted:
				partial[b.Import] = b.Partial
			case eventlog.ImportFinished:
				if b.Outcome == eventlog.Cancelled && partial[b.Import] {
					return true
				}
			}
			if err != nil {
				s.fail("read the log: %v", err)
			}
		}
	}
	return false
}
