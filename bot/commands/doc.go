// Package commands is Tally as it is used in Discord: the slash commands, their answers, and the
// report of a running import. A file a command. Every command is answered within Discord's three
// seconds: one that takes longer is deferred and its answer follows. Nobody is ever pinged.
package commands
