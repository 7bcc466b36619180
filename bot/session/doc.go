// Package session keeps a gateway connection open through discordgo and hands on its events, in their
// order and as they came. It supervises discordgo, which by itself can hang, retries what can't succeed,
// resumes what is gone and identifies as often as it is told off:
//
//   - An Open that doesn't come back in time, or a connection on which heartbeats aren't answered, is cut
//     off; a session that hangs is replaced, and hands nothing on any more.
//   - A session is resumed until Discord refuses it, and no longer than Discord keeps it; then a fresh one
//     begins. Only the supervisor decides when to identify, within Discord's limits.
//   - Errors that no retry mends end Run, everything else is tried again with growing pauses.
//
// A connection that was made anew and not resumed may have missed events. It shows itself by a READY.
//
// # Caveats
//
// discordgo decodes each event for itself before it hands on the raw one. A GUILD_CREATE or READY of a form
// that Discord never sends (a null guild or member) makes it panic where nobody can recover.
// A goroutine of a session whose first word from the gateway is op 7 waits for ever; it holds no socket.
package session
