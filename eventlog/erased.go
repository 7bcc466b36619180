package eventlog

import (
	"time"

	"tally/eventlog/snowflake"
)

// Anonymous is the author of everything that was written by somebody who had himself erased, one for all of them. It
// is no id that Discord gives: those are above 2^22.
const Anonymous snowflake.ID = 1

// UserErased says that a user had himself erased: nothing in the log names him any more, and what he writes from now
// on is Anonymous's.
type UserErased struct {
	Hash uint64 `json:"hash,string"` // see Key
}

// GuildLeft says that the bot was removed from the guild. A GapOpened of the whole guild afterwards says that it is back.
type GuildLeft struct {
	At time.Time `json:"at"` // when that was learned of, in Discord's clock, to the millisecond
}

func (UserErased) Kind() Kind { return KindUserErased }
func (GuildLeft) Kind() Kind  { return KindGuildLeft }

func (UserErased) Len() int { return 1 }
func (GuildLeft) Len() int  { return 1 }

func (e UserErased) appendPayload(b []byte) []byte { return appendFields(b, &e) }
func (e GuildLeft) appendPayload(b []byte) []byte  { return appendFields(b, &e) }

func (e *UserErased) fields(c *coder) { c.uint64(&e.Hash) }
func (e *GuildLeft) fields(c *coder)  { c.time(&e.At) }
