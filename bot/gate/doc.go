// Package gate is where messages get in: one Gate a guild, with one writer, takes everything that is
// learned of the guild. It drops what the log already holds on the same side, appends the rest
// durably, and only then folds it into the guild's count. So a message may be offered any number of
// times, in any order, by the gateway, by history pages and after restarts, and counts once.
//
// What was new is exact for a message of any age: a small set of recent ids answers for most, the log
// answers for the rest. Guilds don't wait for each other; the log commits what waits from all of them
// together.
package gate
