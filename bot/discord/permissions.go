package discord

import (
	"encoding/json"
	"fmt"
	"strconv"

	"tally/eventlog/snowflake"
)

// Permissions is a set of permission bits. Its JSON is a decimal string, as Discord writes it.
type Permissions uint64

// Permission bits that decide what can be read
// (https://discord.com/developers/docs/topics/permissions#permissions-bitwise-permission-flags).
const (
	Administrator      Permissions = 1 << 3
	ManageGuild        Permissions = 1 << 5
	ViewChannel        Permissions = 1 << 10
	SendMessages       Permissions = 1 << 11
	EmbedLinks         Permissions = 1 << 14
	AttachFiles        Permissions = 1 << 15
	ReadMessageHistory Permissions = 1 << 16
	Connect            Permissions = 1 << 20
	ManageThreads      Permissions = 1 << 34

	// AllPermissions is what the owner and an administrator have, bits of the future included.
	AllPermissions Permissions = 1<<64 - 1
)

// Has says whether every bit of want is set.
func (p Permissions) Has(want Permissions) bool { return p&want == want }

// MarshalJSON writes the bits as a decimal string.
func (p Permissions) MarshalJSON() ([]byte, error) {
	return strconv.AppendQuote(nil, strconv.FormatUint(uint64(p), 10)), nil
}

// UnmarshalJSON reads a decimal string, a number, or null (no bits).
func (p *Permissions) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*p = 0
		return nil
	}
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		s = string(b)
	}
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		return fmt.Errorf("read permissions: %q is not a decimal number of 64 bits", s)
	}
	*p = Permissions(n)
	return nil
}

// Kinds of an overwrite.
const (
	OverwriteRole   = 0
	OverwriteMember = 1
)

// Overwrite changes the permissions of a role or a member in one channel.
type Overwrite struct {
	ID    snowflake.ID `json:"id"`   // role or user; the guild's id for @everyone
	Type  int          `json:"type"` // OverwriteRole or OverwriteMember
	Allow Permissions  `json:"allow"`
	Deny  Permissions  `json:"deny"`
}

// Role is a role's id and what it allows in the whole guild. The role @everyone has the guild's id.
type Role struct {
	ID          snowflake.ID `json:"id"`
	Permissions Permissions  `json:"permissions"`
}
