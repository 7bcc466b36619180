package eventlog

import (
	"container/heap"
	"iter"

	"github.com/oklog/ulid/v2"
	bolt "go.etcd.io/bbolt"

	"tally/eventlog/snowflake"
)

// AllRecords reads the records of all guilds as Records does, in the order of their ULIDs, up to the
// last one at the time of the call: who goes on after the last one seen misses none.
func (l *Log) AllRecords(after ulid.ULID) iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) {
		guilds, last, err := l.extent()
		if err != nil {
			yield(nil, err)
			return
		}
		l.merge(guilds, after, last, yield)
	}
}

func (l *Log) merge(guilds []snowflake.ID, after, last ulid.ULID, yield func(*Record, error) bool) {
	var h streams
	for _, guild := range guilds {
		next, stop := iter.Pull2(l.records(guild, reading{after: after, size: max(chunkSize/len(guilds), 16<<10)}))
		defer stop()
		if s := (&stream{next: next}); s.advance() {
			h = append(h, s)
		}
	}
	for heap.Init(&h); len(h) > 0; {
		if rec := h[0].rec; rec != nil && rec.Base.Compare(last) > 0 || !yield(rec, h[0].err) {
			return
		}
		if h[0].advance() {
			heap.Fix(&h, 0)
		} else {
			heap.Pop(&h)
		}
	}
}

// extent returns the guilds and the key of the newest record, both of one moment: a guild that is new
// after it has only records beyond last.
func (l *Log) extent() (guilds []snowflake.ID, last ulid.ULID, err error) {
	err = l.db.View(func(tx *bolt.Tx) error {
		records := tx.Bucket(bucketRecords)
		return records.ForEachBucket(func(guild []byte) error {
			guilds = append(guilds, guildOf(guild))
			if key, _ := records.Bucket(guild).Cursor().Last(); string(key) > string(last[:]) {
				copy(last[:], key)
			}
			return nil
		})
	})
	return guilds, last, err
}

// stream is one guild's records on their way into the order of all.
type stream struct {
	next func() (*Record, error, bool)
	rec  *Record
	err  error
}

func (s *stream) advance() (ok bool) {
	s.rec, s.err, ok = s.next()
	return ok
}

type streams []*stream

func (h streams) Len() int      { return len(h) }
func (h streams) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *streams) Push(x any)   { *h = append(*h, x.(*stream)) }
func (h *streams) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}

// Less puts a stream that can't be read at all first, so that its error is seen.
func (h streams) Less(i, j int) bool {
	if h[i].rec == nil || h[j].rec == nil {
		return h[i].rec == nil
	}
	return h[i].rec.Base.Compare(h[j].rec.Base) < 0
}
