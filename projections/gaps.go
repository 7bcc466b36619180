package projections

import (
	"maps"
	"slices"

	"tally/eventlog/snowflake"
)

// Gap is a span of Discord's time in which live tracking may have missed something.
type Gap struct {
	Number uint32
	After  snowflake.ID // messages above it may be missing
}

// Gaps returns the open gaps, by number.
func (g *Guild) Gaps() []Gap {
	var gaps []Gap
	for _, n := range slices.Sorted(maps.Keys(g.gaps)) {
		gaps = append(gaps, Gap{n, g.gaps[n]})
	}
	return gaps
}

// NextGap returns the number for the next gap to open.
func (g *Guild) NextGap() uint32 { return g.gapped + 1 }
