package eventlog

import (
	"fmt"
	"io"

	bolt "go.etcd.io/bbolt"
)

// Backup writes a copy of the log's file as it is now, while appends go on: with the name FileName in a folder of its
// own it is a log. It holds a read transaction for as long as w takes the bytes; an append waits for that only
// if the file must grow beyond what is mapped, so w should not be slow.
func (l *Log) Backup(w io.Writer) (size int64, err error) {
	err = l.db.View(func(tx *bolt.Tx) error {
		size, err = tx.WriteTo(w)
		return err
	})
	if err != nil {
		return size, fmt.Errorf("back the log up: %w", err)
	}
	return size, nil
}
