package projections

import (
	"fmt"

	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// GapSpan is a gap, open or closed, with its end.
type GapSpan struct {
	Gap
	Until snowflake.ID // the first message that came live after it opened
}

// Ended reports whether the span has an end. A gap whose span has ended may still be to be read.
func (s GapSpan) Ended() bool { return s.Until != noEnd }

// GapSpans reads a guild's gaps from its log, in the order in which they opened. That of one channel ends
// when it was closed: with the newest message seen until then.
func GapSpans(log *eventlog.Log, guild snowflake.ID) (spans []GapSpan, err error) {
	var newest snowflake.ID
	err = eachBody(log, guild, func(body eventlog.Body) {
		switch b := body.(type) {
		case *eventlog.Page:
			newest = max(newest, b.Last)
			for i := range spans {
				if s := &spans[i]; s.Until == noEnd && s.Channel == 0 && b.Origin == eventlog.Live {
					s.Until = b.First
				}
			}
		case eventlog.GapOpened:
			spans = append(spans, GapSpan{Gap{b.Gap, b.After, b.Channel}, noEnd})
		case eventlog.GapClosed:
			for i := range spans {
				if s := &spans[i]; s.Number == b.Gap && s.Until == noEnd {
					s.Until = newest + 1
				}
			}
		}
	})
	if err != nil {
		return nil, fmt.Errorf("read the gaps: %w", err)
	}
	return spans, nil
}
