package main

import (
	"io/fs"
	"path/filepath"

	"tally/eventlog/snowflake"
)

// peer is a store of messages.
type peer interface {
	// append stores pages of history. They are durable when it returns.
	append(pages []page) error
	// finish notes that all history is there.
	finish() error
	// recount counts every person's messages from what is stored.
	recount() (map[snowflake.ID]uint64, error)
	// live stores one message. It is durable when it returns.
	live(m message) error
	// used returns the bytes that the messages take on disk, without room that is free.
	used() (int64, error)
	close() error
}

// entry is a peer of the table.
type entry struct {
	name  string
	how   string // in which batches, and what durable means
	batch int    // pages an append
	open  func(dir string) (peer, error)
	// reopen, if set, opens it again for the live messages: with an fsync each, where that is an option.
	reopen func(dir string) (peer, error)
}

// entries are the peers, Tally first: the ratios are to it.
func entries() []entry {
	return []entry{
		{name: "Tally", how: "a record a page, 100 pages a commit", batch: 100, open: openTally},
		{name: "bbolt, one key an event", how: "10,000 messages a commit", batch: 100, open: openBolt},
		{name: "tidwall/wal", how: "10,000 messages a batch", batch: 100, open: openWAL},
		{name: "SQLite (mattn, C)", how: "event and upsert, 10,000 messages a transaction, WAL, synchronous=FULL", batch: 100, open: openSQLite("sqlite3")},
		{name: "SQLite (modernc, Go)", how: "the same", batch: 100, open: openSQLite("sqlite")},
		{name: "NATS JetStream, file", how: "asynchronous publishes, 10,000 at a time, **no fsync**; live: sync always", batch: 100, open: openJetStream(false), reopen: openJetStream(true)},
	}
}

// folderSize sums the files in a folder up.
func folderSize(dir string) (size int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			size += info.Size()
		}
		return err
	})
	return size, err
}
