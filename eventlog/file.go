package eventlog

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// pageSize is that of the file. With bbolt's usual 4 kB a split leaves a page of history's records half
// empty: it always moves three records on. Commits take as long with pages of this size.
const pageSize = 16 << 10

// lockTimeout is how long to wait for the file's lock: bbolt takes 0 for ever.
const lockTimeout = time.Millisecond

var errCutShort = errors.New("the file is cut short")

// openFile opens the file after a look at its size: bbolt maps it into memory and would crash on the
// first page that isn't there.
func openFile(path string, o Options) (*bolt.DB, error) {
	if fi, err := os.Stat(path); err == nil && fi.Size() < 2*pageSize {
		return nil, fmt.Errorf("%w: %d bytes", errCutShort, fi.Size())
	}
	db, err := bolt.Open(path, 0o600, &bolt.Options{Timeout: lockTimeout, ReadOnly: true})
	if err != nil {
		return nil, err
	}
	if err := errors.Join(checkWhole(db), db.Close()); err != nil {
		return nil, err
	}
	return openCurrent(path, o)
}

// openCurrent opens the file, and makes sure that it is the one which has the name when the lock is got:
// Shrink may have put another in its place, and what is written to the old one would be lost.
func openCurrent(path string, o Options) (*bolt.DB, error) {
	var file *os.File
	db, err := bolt.Open(path, 0o600, &bolt.Options{
		Timeout: lockTimeout, ReadOnly: o.ReadOnly, PreLoadFreelist: true, NoSync: o.NoSync, FreelistType: bolt.FreelistMapType,
		OpenFile: func(name string, flag int, mode os.FileMode) (f *os.File, err error) {
			file, err = os.OpenFile(name, flag, mode)
			return file, err
		},
	})
	if err != nil {
		return nil, err
	}
	if err := hasName(file, path); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// hasName fails like a lock that is held if another file has taken the name of an open one.
func hasName(file *os.File, path string) error {
	opened, err := file.Stat()
	if err != nil {
		return err
	}
	named, err := os.Stat(path)
	if err == nil && !os.SameFile(opened, named) {
		err = berrors.ErrTimeout
	}
	return err
}

func checkWhole(db *bolt.DB) error {
	return db.View(func(tx *bolt.Tx) error {
		fi, err := os.Stat(db.Path())
		if err == nil && fi.Size() < tx.Size() {
			err = fmt.Errorf("%w: %d bytes of at least %d", errCutShort, fi.Size(), tx.Size())
		}
		return err
	})
}

// create makes the file under a name of its own first, because bbolt's first writes are not crash-safe,
// and then gives it the log's name, unless another process was faster.
func create(dir, path string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, FileName+".new-*")
	if err != nil {
		return err
	}
	temporary := f.Name()
	defer func() { _ = os.Remove(temporary) }()
	if err := errors.Join(f.Close(), initialize(temporary)); err != nil {
		return err
	}
	switch err := os.Link(temporary, path); {
	case err == nil, errors.Is(err, fs.ErrExist):
	default: // a file system without links
		if err := os.Rename(temporary, path); err != nil {
			return err
		}
	}
	return syncFolder(dir)
}

// initialize writes an empty log.
func initialize(path string) error {
	db, err := bolt.Open(path, 0o600, &bolt.Options{Timeout: lockTimeout, PageSize: pageSize})
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bolt.Tx) error {
		for _, name := range [][]byte{bucketMeta, bucketRecords, bucketIndex} {
			if _, err := tx.CreateBucket(name); err != nil {
				return err
			}
		}
		id := make([]byte, idSize)
		_, _ = rand.Read(id) // never fails
		return tx.Bucket(bucketMeta).Put(keyLogID, id)
	})
	return errors.Join(err, db.Close())
}
