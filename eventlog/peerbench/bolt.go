package main

import (
	"encoding/binary"
	"path/filepath"

	bolt "go.etcd.io/bbolt"

	"tally/eventlog/snowflake"
)

var events = []byte("events")

// boltPeer is bbolt with a key for each event: its number.
type boltPeer struct {
	db *bolt.DB
	n  uint64
}

func openBolt(dir string) (peer, error) {
	db, err := bolt.Open(filepath.Join(dir, "events"), 0o600, &bolt.Options{FreelistType: bolt.FreelistMapType})
	if err != nil {
		return nil, err
	}
	return &boltPeer{db: db}, db.Update(func(tx *bolt.Tx) error {
		_, err := tx.CreateBucket(events)
		return err
	})
}

func (b *boltPeer) append(pages []page) error {
	return b.db.Update(func(tx *bolt.Tx) error {
		bucket := tx.Bucket(events)
		bucket.FillPercent = 1 // keys only ever rise
		for _, p := range pages {
			for _, m := range p {
				b.n++
				if err := bucket.Put(binary.BigEndian.AppendUint64(nil, b.n), m.raw()); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func (b *boltPeer) finish() error { return nil }

func (b *boltPeer) recount() (map[snowflake.ID]uint64, error) {
	counts := map[snowflake.ID]uint64{}
	return counts, b.db.View(func(tx *bolt.Tx) error {
		return tx.Bucket(events).ForEach(func(_, raw []byte) error { return countRaw(counts, raw) })
	})
}

func (b *boltPeer) live(m message) error { return b.append([]page{{m}}) }

func (b *boltPeer) used() (int64, error) {
	if err := b.db.Update(func(*bolt.Tx) error { return nil }); err != nil { // counts the free pages
		return 0, err
	}
	var used int64
	err := b.db.View(func(tx *bolt.Tx) error {
		used = tx.Size()
		return nil
	})
	free := b.db.Stats().FreePageN + b.db.Stats().PendingPageN
	return used - int64(free*b.db.Info().PageSize), err
}

func (b *boltPeer) close() error { return b.db.Close() }
