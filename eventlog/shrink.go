package eventlog

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	bolt "go.etcd.io/bbolt"
)

// shrunkName is the file that Shrink writes beside the log before it takes the log's name. One that is left over
// from a crash is of no use and written anew.
const shrunkName = FileName + ".shrunk"

// shrinkCommit is how many bytes Shrink copies in a transaction.
const shrinkCommit = 4 << 20

// Shrunk is the size of the log's file before and after Shrink, in bytes.
type Shrunk struct {
	Before, After int64
}

// Shrink rewrites the log in the folder dir without its free pages, which the file keeps otherwise, and takes it for
// itself meanwhile: it fails with ErrInUse while somebody holds it. The new file takes the place of the old one
// when it is whole and on disk, in one step; a crash leaves the old one or the new one. It needs room for both.
// progress, if not nil, is told now and then how many bytes have been written of about how many.
func Shrink(dir string, progress func(done, about int64)) (Shrunk, error) {
	var size Shrunk
	l, err := Open(dir, Options{})
	if err != nil {
		return size, err
	}
	err = l.shrinkInto(filepath.Join(dir, shrunkName), &size, progress)
	if err = errors.Join(err, l.Close()); err != nil {
		return size, fmt.Errorf("shrink the log: %w", err)
	}
	return size, nil
}

func (l *Log) shrinkInto(path string, size *Shrunk, progress func(done, about int64)) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	defer func() { _ = os.Remove(path) }() // unless it has the log's name by then
	about, err := l.UsedBytes()
	if err != nil {
		return err
	}
	into, err := bolt.Open(path, 0o600, &bolt.Options{Timeout: lockTimeout, PageSize: pageSize, NoSync: true})
	if err != nil {
		return err
	}
	stop := watchSize(path, about, progress)
	err = bolt.Compact(into, l.db, shrinkCommit)
	stop()
	if err = errors.Join(err, into.Sync(), into.Close()); err != nil {
		return err
	}
	if size.Before, err = fileSize(l.db.Path()); err != nil {
		return err
	}
	if size.After, err = fileSize(path); err != nil {
		return err
	}
	// Whoever waits for the lock holds the old file when this process lets it go: see openFile.
	if err := os.Rename(path, l.db.Path()); err != nil {
		return err
	}
	return syncFolder(l.dir)
}

func fileSize(path string) (int64, error) {
	fi, err := os.Stat(path)
	if err != nil {
		return 0, err
	}
	return fi.Size(), nil
}

// watchSize tells progress how a file grows until stop is called.
func watchSize(path string, about int64, progress func(done, about int64)) (stop func()) {
	if progress == nil {
		return func() {}
	}
	ended, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		ticks := time.NewTicker(100 * time.Millisecond)
		defer ticks.Stop()
		for {
			done, _ := fileSize(path)
			progress(min(done, about), about)
			select {
			case <-ticks.C:
			case <-ended:
				progress(about, about)
				return
			}
		}
	}()
	return func() {
		close(ended)
		<-gone
	}
}
