// Package importer reads a guild's history into the log: every channel and thread that holds messages
// and that the bot may read, newest to oldest from the cutoff, many at once. Pages go through the
// guild's gate, so live messages that arrive meanwhile and pages that are read again don't count twice.
//
// An import lives in the log, not in memory: what was read, how far each channel is, and whether it has
// ended are all derived from it. So after a crash Run goes on where the log ends.
package importer
