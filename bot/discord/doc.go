// Package discord holds Discord's objects in the form that Tally needs them, and the rules that
// Discord applies to them: which channels hold messages, and what a member may read. It is pure: bytes
// and values in, values out, no I/O.
//
// [Message] is the one object that comes by the million, so it has a decoder of its own,
// [DecodeMessage] and [AppendMessages], that picks eight fields and skips the rest without an
// allocation. All others are decoded by encoding/json. Unknown fields are skipped and unknown numbers
// survive everywhere: Discord adds types without notice.
//
// [GuildAccess] computes permissions, because Discord answers a history that may not be read with an
// empty list instead of an error, so trying tells nothing.
package discord
