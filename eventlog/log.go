package eventlog

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/oklog/ulid/v2"
	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"tally/eventlog/snowflake"
)

// FileName is the log's file in a data folder.
const FileName = "tally.db"

// Errors of opening a log.
var (
	ErrNoLog  = errors.New("no log here")
	ErrInUse  = errors.New("the log is in use by another process")
	ErrNotLog = errors.New("not a tally log")
	ErrClosed = errors.New("the log is closed")
)

// Top-level buckets of the file, and the keys of the first one. See FORMAT.md.
var (
	bucketMeta    = []byte("meta")
	bucketRecords = []byte("records")
	bucketIndex   = []byte("index")

	keyLogID = []byte("log_id")
)

// Options of Open. The zero value is what the bot uses.
type Options struct {
	// ReadOnly opens an existing log for reading; several processes may at once. Append fails.
	ReadOnly bool
	// Clock gives the milliseconds of ULIDs. Default: time.Now. It may do what it likes.
	Clock func() time.Time
	// NoSync leaves out fsync, for tests whose subject isn't durability.
	NoSync bool
	// Segment is how many records a segment of the index has at the most, which is also what a step of
	// compaction takes. Default: 1024. For tests of small logs.
	Segment int
}

// Log is an open event log. Its methods may be called from many goroutines at once.
type Log struct {
	db     *bolt.DB
	dir    string
	holder *holder // nil when read-only

	waiting  waiting
	closing  sync.RWMutex // held for reading while something is appended
	closed   bool
	position positions // of who writes

	resident atomic.Int64 // bytes of records that were read since the file was let go

	segment    int        // records of a segment of the index at the most
	compacting sync.Mutex // held by the one step that runs

	growing tails // of who writes, with what is being committed
	tailsMu sync.Mutex
	tails   tails // what is durable and the index doesn't cover yet

	hiddenMu sync.RWMutex
	hidden   map[snowflake.ID][]snowflake.ID // authors of each guild who are being erased
	erasures map[snowflake.ID]int            // how often something of a guild was erased
	sweeping sync.Mutex                      // held by the one Sweep that runs
}

// Open opens the log in the folder dir, making both if need be (unless read-only). While another
// process holds it, it fails at once with an error that wraps ErrInUse.
func Open(dir string, o Options) (*Log, error) {
	path := filepath.Join(dir, FileName)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		if o.ReadOnly {
			return nil, fmt.Errorf("%w: %s does not exist (is --data right? `tally run` makes it)", ErrNoLog, path)
		}
		if err := create(dir, path); err != nil {
			return nil, fmt.Errorf("create the log: %w", err)
		}
	}
	db, err := openFile(path, o)
	switch {
	case errors.Is(err, berrors.ErrTimeout):
		return nil, fmt.Errorf("%w: %s is held by %s: stop that process first", ErrInUse, path, readHolder(dir))
	case errors.Is(err, berrors.ErrInvalid), errors.Is(err, berrors.ErrChecksum), errors.Is(err, berrors.ErrVersionMismatch), errors.Is(err, errCutShort):
		return nil, fmt.Errorf("%w: %s: %w (restore it from a backup, or move it away to start afresh)", ErrNotLog, path, err)
	case err != nil:
		return nil, fmt.Errorf("open the log: %w", err)
	}
	l := &Log{db: db, dir: dir, growing: tails{}, tails: tails{}, erasures: map[snowflake.ID]int{}}
	if err := l.start(o); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return l, nil
}

// start reads what is needed to go on writing.
func (l *Log) start(o Options) error {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if l.segment = o.Segment; l.segment == 0 {
		l.segment = segmentRecords
	}
	l.position.clock = o.Clock
	err := l.db.View(func(tx *bolt.Tx) error {
		meta := tx.Bucket(bucketMeta)
		if meta == nil || copy(l.position.id[:], meta.Get(keyLogID)) != idSize ||
			tx.Bucket(bucketRecords) == nil || tx.Bucket(bucketIndex) == nil {
			return fmt.Errorf("%w: %s is another program's bbolt file", ErrNotLog, l.db.Path())
		}
		l.loadHidden(tx)
		return tx.Bucket(bucketRecords).ForEachBucket(func(key []byte) error {
			guild := guildOf(key)
			l.growing[guild] = readTail(tx, guild, l.segment)
			l.tails[guild] = l.growing[guild].clone()
			l.seed(tx.Bucket(bucketRecords).Bucket(key), guild)
			return nil
		})
	})
	if l.hasRead(mostResident); err != nil || o.ReadOnly { // the tails may be all of the file
		return err
	}
	// bbolt counts its free pages when a transaction that may write ends, for UsedBytes.
	if tx, err := l.db.Begin(true); err != nil || tx.Rollback() != nil {
		return fmt.Errorf("open the log for writing: %w", err)
	}
	l.holder, err = takeHolder(l.dir)
	return err
}

// seed raises the last position to the end of one guild's records, so that positions go on rising.
// A damaged last record counts as its key and all that could follow it in its millisecond.
func (l *Log) seed(records *bolt.Bucket, guild snowflake.ID) {
	key, value := records.Cursor().Last()
	if key == nil {
		return
	}
	var rec Record
	last := ulid.ULID{}
	if err := rec.open(guild, key, value); err == nil {
		last = rec.Last()
	} else {
		copy(last[:], key)
		setCounter(&last, ^uint32(0)-1)
	}
	if last.Compare(l.position.last) > 0 {
		l.position.last = last
	}
}

// Dir returns the log's folder.
func (l *Log) Dir() string { return l.dir }

// Close waits for what was appended, and closes the file. Further appends fail with ErrClosed.
func (l *Log) Close() error {
	l.closing.Lock()
	was := l.closed
	l.closed = true
	l.closing.Unlock()
	if was {
		return nil
	}
	if l.holder != nil {
		l.holder.release()
	}
	return l.db.Close()
}
