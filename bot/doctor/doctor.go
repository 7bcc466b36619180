// Package doctor looks for what would keep the bot from counting, and says what to do about it: at Discord
// (token, application, clock, permissions, as the bot itself computes them), in the data folder, in the log.
//
// It only looks. At Discord it reads over REST and doesn't connect to the gateway, so that a bot that runs is
// not disturbed; in the data folder it makes a folder of its own for a moment.
package doctor

import "tally/eventlog/snowflake"

// State is how a check went.
type State string

// States, from best to worst.
const (
	OK      State = "ok"
	Skipped State = "skipped" // it could not be looked at; nothing is known to be wrong
	Warning State = "warning" // it works, but might be better
	Failed  State = "failed"  // messages would not be counted, or nothing works at all
)

// Finding is what one check found.
type Finding struct {
	Check   string       `json:"check"`
	State   State        `json:"state"`
	Guild   snowflake.ID `json:"guild_id,omitzero"`
	Channel snowflake.ID `json:"channel_id,omitzero"`
	Found   string       `json:"found"`
	Todo    string       `json:"todo,omitempty"` // what to do about it
}
