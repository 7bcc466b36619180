// Package eventlog is the append-only log that every number of Tally is counted from. It lies on bbolt,
// in one file. It knows Discord's ids, and nothing else of Discord.
//
// A record holds what was written together for one guild, atomically and with a checksum; it is made of
// bodies (a Page of messages, Deletes, an ImportStarted, …), and each event of a body has a ULID. ULIDs
// rise strictly through the whole log, whatever the clock does. FORMAT.md has the bytes.
//
//	log, err := eventlog.Open(dir, eventlog.Options{})
//	last, err := log.Append(guild, []eventlog.Body{page}) // durable when it returns
//	for rec, err := range log.Records(guild, after) {
//		for body, err := range rec.Bodies() { … }
//	}
//
// One process at a time may write; it commits what many goroutines append at the same time together.
// Readers never hold a transaction open while they are given records, so what an iterator gives is
// valid until its next step only. Find answers where a message is held, without an index entry for each
// message.
//
// Records are rewritten in two cases only, each event under its ULID: compaction packs them closely, and erasure
// (Hide, Erase) puts Anonymous in the place of an author. EraseGuild takes all of a guild out. Sweep overwrites what the
// file still tells of either.
//
// A damaged record is named (CorruptError, Check), never handed out. The pages of bbolt around the records
// have no checksum: Check alone looks at how they hang together.
package eventlog
