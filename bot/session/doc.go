// Package session keeps a gateway connection open through discordgo and hands on its events, in their
// order and as they came. It supervises discordgo, which by itself can hang in Open, retries what can't
// succeed, and gives up its sessions: an Open that doesn't come back in time is abandoned with its
// connection, errors that no retry mends end Run, everything else is tried again with growing pauses.
//
// A connection that was made anew and not resumed may have missed events. It shows itself by a READY.
package session
