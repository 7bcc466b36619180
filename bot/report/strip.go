package report

import (
	"fmt"
	"strings"
	"time"

	"tally/eventlog/snowflake"
	"tally/projections"
)

// strip is one row of the map.
type strip struct {
	Channel snowflake.ID
	Threads int
	History History
	By      Origins
	Pieces  []piece
	Gaps    []hole
	Summary string

	buckets []Origins
}

// piece is a part of a strip: buckets whose messages came in one way, or a share of one bucket. Heights
// are in per cent.
type piece struct {
	X, Width    int
	Top, Height float64
	Class       string
	Title       string
}

// Below returns where the piece begins in the picture, which has room for the gaps above it.
func (p piece) Below() float64 { return p.Top + 30 }

// hole is a gap as it is drawn.
type hole struct {
	X, Width float64
	Open     bool
	Title    string
}

// leastShare is the height of a share of one bucket at the least: what is rare is what is looked for.
const leastShare = 20.0

// draw makes the pieces of a strip. Neighbours whose messages came in one and the same way are one piece.
func (s *strip) draw(a axis) {
	for i, by := range s.buckets {
		present := by.present()
		if last := len(s.Pieces) - 1; len(present) == 1 && last >= 0 && s.joins(i, present[0]) {
			s.Pieces[last].Width++
			continue
		}
		bottom := 100.0
		for n, share := range present {
			height := leastShare + (100-leastShare*float64(len(present)))*float64(share.N)/float64(by.sum())
			if n == len(present)-1 {
				height = bottom
			}
			bottom -= height
			s.Pieces = append(s.Pieces, piece{X: i, Width: 1, Top: bottom, Height: height, Class: share.Origin.String()})
		}
	}
	for i := range s.Pieces {
		s.Pieces[i].Title = s.titleOf(a, s.Pieces[i])
	}
	s.Summary = s.summary(a)
}

// joins reports whether a bucket with one share continues the piece before it.
func (s *strip) joins(i int, share Share) bool {
	p := s.Pieces[len(s.Pieces)-1]
	return p.X+p.Width == i && p.Height == 100 && p.Class == share.Origin.String()
}

func (s *strip) titleOf(a axis, p piece) string {
	var by Origins
	for _, b := range s.buckets[p.X : p.X+p.Width] {
		by = by.plus(b)
	}
	return spanOf(a, p.X, p.X+p.Width-1) + ": " + by.words()
}

func spanOf(a axis, first, last int) string {
	if first == last {
		return a.label(first)
	}
	return a.label(first) + " to " + a.label(last)
}

// summary says what the strip shows, for those who don't see it.
func (s *strip) summary(a axis) string {
	var parts []string
	for _, share := range s.By.present() {
		first, last := -1, 0
		for i, by := range s.buckets {
			if by.of(share.Origin) > 0 {
				if first < 0 {
					first = i
				}
				last = i
			}
		}
		parts = append(parts, fmt.Sprintf("%s: %s, %s", share.Title(), spanOf(a, first, last), messages(share.N)))
	}
	open := 0
	for _, g := range s.Gaps {
		if g.Open {
			open++
		}
	}
	if len(s.Gaps) > 0 {
		parts = append(parts, fmt.Sprintf("gaps: %d, of which open: %d", len(s.Gaps), open))
	}
	if len(parts) == 0 {
		return "No messages."
	}
	return strings.Join(parts, "; ") + "."
}

// leastHole is how wide a gap is drawn at the least, in parts of the strip.
const leastHole = 0.004

func holeOf(a axis, g Gap, c *projections.Calendar) hole {
	from, until := a.at(c.At(g.From)), float64(a.len())
	if g.Until != nil {
		until = a.at(c.At(*g.Until))
	}
	width := max(until-from, leastHole*float64(a.len()))
	return hole{X: min(from, float64(a.len())-width), Width: width, Open: g.Open, Title: g.words(c)}
}

func (g Gap) words(c *projections.Calendar) string {
	until, state := "now", "open"
	if g.Until != nil {
		until = c.Clock(*g.Until).Format(time.DateTime)
	}
	if !g.Open {
		state = "read"
	}
	return fmt.Sprintf("Gap %d, %s to %s: %s", g.Number, c.Clock(g.From).Format(time.DateTime), until, state)
}
