package verify

import (
	"cmp"
	"fmt"
	"slices"

	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// Result is what a verification found.
type Result struct {
	Deep       bool         // against Discord; else against the log
	Cutoff     snowflake.ID // deep: messages below it were compared
	Counted    uint64       // messages as they are counted
	Expected   uint64       // messages as they should be
	Missing    uint64       // expected and not counted
	Extra      uint64       // counted and not expected
	Duplicates uint64       // events that hold a message again on one side
	Worst      []User       // the users with differences, the largest first
	Skipped    []Skipped    // deep: channels that could not be compared
	Repaired   bool         // deep: the log was mended
	Causes     Causes       // deep: of what is missing and extra
}

// User is one user's difference.
type User struct {
	User                              snowflake.ID
	Counted, Expected, Missing, Extra uint64
}

// Skipped is a channel that could not be compared, and why.
type Skipped struct {
	Channel snowflake.ID
	Reason  string
}

// Exact reports whether everything agrees.
func (r Result) Exact() bool { return r.Missing+r.Extra+r.Duplicates == 0 }

// Accuracy returns "100%" if everything agrees, else the part of the messages that is right, to two
// decimals and never rounded up: 99.996 % is "99.99%".
func (r Result) Accuracy() string {
	if r.Exact() {
		return "100%"
	}
	wrong := r.Missing + r.Extra + r.Duplicates
	all := max(r.Counted, r.Expected) + r.Duplicates
	right := all - min(wrong, all)
	basis := right * 10000 / all
	return fmt.Sprintf("%d.%02d%%", basis/100, basis%100)
}

// Event returns the result as the log keeps it.
func (r Result) Event() eventlog.Verified {
	return eventlog.Verified{
		Deep: r.Deep, Cutoff: r.Cutoff, Counted: r.Counted, Expected: r.Expected,
		Missing: r.Missing, Extra: r.Extra, Duplicates: r.Duplicates,
	}
}

// sum adds the users' differences up and puts the worst first.
func (r *Result) sum(users map[snowflake.ID]*User) {
	for _, u := range users {
		r.Counted += u.Counted
		r.Expected += u.Expected
		r.Missing += u.Missing
		r.Extra += u.Extra
		if u.Missing+u.Extra > 0 {
			r.Worst = append(r.Worst, *u)
		}
	}
	slices.SortFunc(r.Worst, func(a, b User) int {
		return cmp.Or(cmp.Compare(b.Missing+b.Extra, a.Missing+a.Extra), cmp.Compare(a.User, b.User))
	})
}
