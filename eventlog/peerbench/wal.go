package main

import (
	"github.com/tidwall/wal"

	"tally/eventlog/snowflake"
)

// walPeer is tidwall/wal with an entry for each event.
type walPeer struct {
	dir string
	log *wal.Log
	n   uint64
}

func openWAL(dir string) (peer, error) {
	log, err := wal.Open(dir, &wal.Options{NoCopy: true})
	return &walPeer{dir: dir, log: log}, err
}

func (w *walPeer) append(pages []page) error {
	var batch wal.Batch
	for _, p := range pages {
		for _, m := range p {
			w.n++
			batch.Write(w.n, m.raw())
		}
	}
	return w.log.WriteBatch(&batch)
}

func (w *walPeer) finish() error { return nil }

func (w *walPeer) recount() (map[snowflake.ID]uint64, error) {
	counts := map[snowflake.ID]uint64{}
	for i := range w.n {
		raw, err := w.log.Read(i + 1)
		if err == nil {
			err = countRaw(counts, raw)
		}
		if err != nil {
			return nil, err
		}
	}
	return counts, nil
}

func (w *walPeer) live(m message) error {
	w.n++
	return w.log.Write(w.n, m.raw())
}

func (w *walPeer) used() (int64, error) { return folderSize(w.dir) }
func (w *walPeer) close() error         { return w.log.Close() }
