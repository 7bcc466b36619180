package eventlog

import (
	"context"
	"encoding/binary"
	"time"

	bolt "go.etcd.io/bbolt"
)

// bucketScrub holds what free pages are filled with, while that is done.
var bucketScrub = []byte("scrub")

// scrubPause is how long a reader of an old state of the file is waited for, again and again.
const scrubPause = 10 * time.Millisecond

// scrub overwrites the pages that are free when it begins: bbolt leaves in them what they held. It fills the file's free
// pages with records of zeros until none of those is free any more, and takes these out again. A page that an older
// state of the file needs, which somebody still reads, is waited for.
func (l *Log) scrub(ctx context.Context) error {
	size := l.db.Info().PageSize
	s := scrubber{page: size, value: make([]byte, size/2-64), most: sweepCommit / size}
	for {
		if err := l.db.Update(s.fill); err != nil || s.done {
			return err
		}
		if s.waits {
			select {
			case <-time.After(scrubPause):
			case <-ctx.Done():
			}
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

type scrubber struct {
	page  int    // bytes
	value []byte // two of them fill a page
	most  int    // pages in a step
	begun bool
	stale []int // pages that are not yet overwritten
	key   uint64
	waits bool // the last step found none of them that could be
	done  bool
}

// fill fills as many pages as are stale.
func (s *scrubber) fill(tx *bolt.Tx) error {
	was := len(s.stale)
	if err := s.look(tx); err != nil {
		return err
	}
	if len(s.stale) == 0 {
		s.done = true
		if err := tx.DeleteBucket(bucketScrub); err != nil && tx.Bucket(bucketScrub) != nil {
			return err
		}
		return nil
	}
	b, err := tx.CreateBucketIfNotExists(bucketScrub)
	if err != nil {
		return err
	}
	b.FillPercent = 1
	n := min(len(s.stale), s.most)
	if s.waits = len(s.stale) == was; s.waits {
		n = 1 // the file would grow
	}
	for range 2*n + 1 {
		s.key++
		if err := b.Put(binary.BigEndian.AppendUint64(nil, s.key), s.value); err != nil {
			return err
		}
	}
	return nil
}

// look finds out which pages are stale: at first all that are free, then those that still are.
func (s *scrubber) look(tx *bolt.Tx) error {
	if !s.begun {
		s.begun = true
		if tx.Bucket(bucketScrub) != nil { // of one that was killed
			if err := tx.DeleteBucket(bucketScrub); err != nil {
				return err
			}
		}
		for id := range int(tx.Size()) / s.page {
			s.stale = append(s.stale, id)
		}
	}
	free := s.stale[:0]
	for _, id := range s.stale {
		page, err := tx.Page(id)
		if err != nil {
			return err
		}
		if page != nil && page.Type == "free" {
			free = append(free, id)
		}
	}
	s.stale = free
	return nil
}
