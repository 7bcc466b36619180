package gate

import (
	"maps"
	"slices"

	"tally/eventlog/snowflake"
)

// An era is 2^20 milliseconds of message time, about 17 minutes. The eras kept reach over an hour.
const (
	eraBits  = 20 + 22 // milliseconds in an era, and the bits of an id below its milliseconds
	erasKept = 5
)

// recent is the set of the message ids that live tracking holds, as far as they are at or above floor;
// below it only the log knows. About 24 bytes for each message of the last hour and a half.
type recent struct {
	floor snowflake.ID
	eras  map[snowflake.ID]map[snowflake.ID]struct{}
}

// newRecent returns the set of a log whose largest id is newest: above it, it holds none.
func newRecent(newest snowflake.ID) *recent {
	return &recent{floor: newest + 1, eras: map[snowflake.ID]map[snowflake.ID]struct{}{}}
}

// knows reports whether the set can answer for id.
func (r *recent) knows(id snowflake.ID) bool { return id >= r.floor }

// has reports whether the set has an id.
func (r *recent) has(id snowflake.ID) bool {
	_, ok := r.eras[id>>eraBits][id]
	return ok
}

// add notes an id. When an era more than those kept begins, the oldest is forgotten: by its place in
// time, so that one id from a clock gone wrong can't push all others out.
func (r *recent) add(id snowflake.ID) {
	if !r.knows(id) {
		return
	}
	era := id >> eraBits
	if r.eras[era] == nil {
		r.eras[era] = map[snowflake.ID]struct{}{}
	}
	r.eras[era][id] = struct{}{}
	if len(r.eras) > erasKept {
		oldest := slices.Min(slices.Collect(maps.Keys(r.eras)))
		delete(r.eras, oldest)
		r.floor = (oldest + 1) << eraBits
	}
}
