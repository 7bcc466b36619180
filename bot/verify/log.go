package verify

import (
	"bytes"
	"errors"

	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// ErrReplay says that folding the log again didn't give the live state: a fault of Tally itself.
var ErrReplay = errors.New("replaying the log gives another state than the live one")

// AgainstLog compares a count with the log that it was folded from, up to the position that it has
// reached: user by user with the exact rule, and byte by byte with a replay.
func AgainstLog(log *eventlog.Log, shown *projections.Guild) (Result, error) {
	var r Result
	exact, err := projections.CountExactly(log, shown.ID, shown.Position())
	if err != nil {
		return r, err
	}
	users := map[snowflake.ID]*User{}
	for id, n := range exact.Users {
		users[id] = &User{User: id, Expected: n}
	}
	for _, s := range shown.Standings() {
		if users[s.User] == nil {
			users[s.User] = &User{User: s.User}
		}
		users[s.User].Counted = s.Messages
	}
	for _, u := range users {
		u.Missing, u.Extra = u.Expected-min(u.Expected, u.Counted), u.Counted-min(u.Expected, u.Counted)
	}
	r.sum(users)
	r.Duplicates = exact.Duplicates
	replayed, err := projections.Replay(log, shown.ID, shown.Position())
	if err == nil && !bytes.Equal(replayed.Encode(), shown.Encode()) {
		err = ErrReplay
	}
	return r, err
}
