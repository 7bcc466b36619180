// Package projections holds the folds over the event log: events in, numbers out. Nothing here talks
// to Discord, reads a clock, or does any I/O but on the log and on snapshots of what was folded.
//
// Guild is the count of one guild by the counting rule, the state of its imports, and what is known to
// be deleted. Live tracking applies each record to it as soon as the record is durable; Replay applies
// all of them again. There is no second way to count:
//
//	g, err := projections.Replay(log, guild, ulid.ULID{})
//	for _, u := range g.Top(0, 10) { … }
//
// Exact is the same rule said plainly over exact sets of message ids, for verification: slow, large,
// and without anything in common with the fold but the log.
//
// # The counting rule
//
// Of a message that is countable by the guild's Policy, in a channel that its settings don't exclude, and
// not known to be deleted, nor its channel, each channel asks: is it older than the channel's cutoff? Then it counts if the import that set the cutoff holds it.
// Else it counts if live tracking (or a catch-up, or an archive) holds it. A channel's cutoff is the
// one of the last completed import that read the channel; a channel that no import has read has none,
// and all of it is live tracking's. A repair belongs to the side on which it was missing.
//
// An archive is on live tracking's side, but it is no proof that Discord still has a message: what it alone
// holds from before the cutoff doesn't count, and is no repair. Where events differ in whose a message is, or
// of what kind, the one by which it counts decides.
package projections
