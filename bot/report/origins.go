package report

import (
	"strings"

	"github.com/dustin/go-humanize"

	"tally/eventlog"
	"tally/projections"
)

// Origins is how messages have come: the origin of the event that each one's count rests on.
type Origins struct {
	Import  uint64 `json:"import,omitempty"`
	Live    uint64 `json:"live,omitempty"`
	Catchup uint64 `json:"catchup,omitempty"`
	Repair  uint64 `json:"repair,omitempty"`
	Archive uint64 `json:"archive,omitempty"`
}

func originsOf(by projections.ByOrigin) Origins {
	return Origins{
		Import: by[eventlog.Import], Live: by[eventlog.Live], Catchup: by[eventlog.Catchup],
		Repair: by[eventlog.Repair], Archive: by[eventlog.Archive],
	}
}

func (o Origins) plus(other Origins) Origins {
	return Origins{
		Import: o.Import + other.Import, Live: o.Live + other.Live, Catchup: o.Catchup + other.Catchup,
		Repair: o.Repair + other.Repair, Archive: o.Archive + other.Archive,
	}
}

// Share is the number of messages of one origin.
type Share struct {
	Origin eventlog.Origin // its name is the CSS class
	N      uint64
}

// Shares returns all origins, in the order in which the page shows them.
func (o Origins) Shares() []Share {
	return []Share{
		{eventlog.Import, o.Import}, {eventlog.Live, o.Live}, {eventlog.Catchup, o.Catchup},
		{eventlog.Repair, o.Repair}, {eventlog.Archive, o.Archive},
	}
}

// present returns the origins that have messages.
func (o Origins) present() (shares []Share) {
	for _, s := range o.Shares() {
		if s.N > 0 {
			shares = append(shares, s)
		}
	}
	return shares
}

// Title is the origin as the page names it.
func (s Share) Title() string {
	return map[eventlog.Origin]string{
		eventlog.Import: "Import", eventlog.Live: "Live", eventlog.Catchup: "Catch-up",
		eventlog.Repair: "Repair", eventlog.Archive: "Archive",
	}[s.Origin]
}

// Means says what the origin is.
func (s Share) Means() string {
	return map[eventlog.Origin]string{
		eventlog.Import:  "history, read by an import",
		eventlog.Live:    "heard when it was sent",
		eventlog.Catchup: "read after a gap",
		eventlog.Repair:  "found by a verification",
		eventlog.Archive: "read from a file",
	}[s.Origin]
}

func (o Origins) sum() (n uint64) {
	for _, s := range o.Shares() {
		n += s.N
	}
	return n
}

func (o Origins) of(origin eventlog.Origin) uint64 {
	for _, s := range o.Shares() {
		if s.Origin == origin {
			return s.N
		}
	}
	return 0
}

// words lists the origins that have messages.
func (o Origins) words() string {
	var parts []string
	for _, s := range o.present() {
		parts = append(parts, humanize.Comma(int64(s.N))+" "+strings.ToLower(s.Title()))
	}
	return strings.Join(parts, ", ")
}
