package eventlog

import (
	"iter"
	"runtime"
	"sync"

	"github.com/oklog/ulid/v2"

	"tally/eventlog/snowflake"
)

// batchSize is how many bytes of records are decoded in one go: few enough that they and their pages
// are still in a core's cache when they are read.
const batchSize = 128 << 10

// Decoded is a record with all of its bodies.
type Decoded struct {
	Base   ulid.ULID // of its first event
	Last   ulid.ULID // of its last event
	Bodies []Body

	err error
}

// Decoded reads a guild's records as Between does, and decodes them ahead, on all cores: the order is
// the log's, and what remains to be done in this order is left to the caller. A record and its bodies are
// valid until the next step. A damaged record comes as an error in its place, with nothing of it.
func (l *Log) Decoded(guild snowflake.ID, after, until ulid.ULID) iter.Seq2[*Decoded, error] {
	return l.decoded(guild, reading{after: after, until: until, joined: true, size: batchSize})
}

func (l *Log) decoded(guild snowflake.ID, want reading) iter.Seq2[*Decoded, error] {
	return func(yield func(*Decoded, error) bool) {
		from := &chunk{guild: guild, next: want.after, size: want.size}
		hidden := l.Hidden(guild)
		ahead := make([]*batch, runtime.GOMAXPROCS(0)+1) // a ring
		for i := range ahead {
			ahead[i] = newBatch(guild, want)
			ahead[i].rec.hidden = hidden
			ahead[i].fill(l, from)
			defer ahead[i].decoding.Wait()
		}
		for i := 0; ahead[i].give(yield); i = (i + 1) % len(ahead) {
			runtime.Gosched() // as records does
			ahead[i].fill(l, from)
		}
	}
}

// batch is some records in a row, on their way from the file to who reads them.
type batch struct {
	guild    snowflake.ID
	want     reading
	ended    bool // the rest is not wanted
	decoding sync.WaitGroup

	copied
	err     error // of reading the file
	records []Decoded
	bodies  []Body
	pages   []*Page // memory for those among bodies
	used    int     // of pages
	page    func() *Page
	rec     Record
}

func newBatch(guild snowflake.ID, want reading) *batch {
	b := &batch{guild: guild, want: want}
	b.page = b.nextPage
	return b
}

// fill copies the next records and begins to decode them.
func (b *batch) fill(l *Log, from *chunk) {
	from.copied = b.copied
	b.err = l.db.View(from.fill)
	b.copied = from.copied
	l.hasRead(len(b.data))
	b.decoding.Go(b.decode)
}

func (b *batch) decode() {
	b.records, b.bodies, b.used = b.records[:0], b.bodies[:0], 0
	given := b.given
	for key, value := range b.all() {
		if err := b.rec.open(b.guild, key, value); err != nil {
			b.records = append(b.records, Decoded{Base: b.rec.Base, err: err})
			continue
		}
		for part, err := range b.want.of(&b.rec, given) {
			if b.ended = err == nil && b.want.ends(part); b.ended {
				return
			}
			d := Decoded{Base: part.Base, err: err}
			if err == nil {
				d = b.read(part)
			}
			b.records = append(b.records, d)
			given = d.Last
		}
	}
}

func (b *batch) read(rec *Record) (d Decoded) {
	d.Base, d.Last = rec.Base, rec.Last()
	first := len(b.bodies)
	for body, err := range rec.bodies(b.page) {
		if err != nil {
			d.err = err
			return d
		}
		b.bodies = append(b.bodies, body)
	}
	d.Bodies = b.bodies[first:]
	return d
}

func (b *batch) nextPage() *Page {
	if b.used == len(b.pages) {
		b.pages = append(b.pages, &Page{})
	}
	b.used++
	return b.pages[b.used-1]
}

// give hands the records out. It is false after the last one of all, or when nobody wants more.
func (b *batch) give(yield func(*Decoded, error) bool) (more bool) {
	b.decoding.Wait()
	if b.err != nil {
		yield(nil, b.err)
		return false
	}
	for i := range b.records {
		d := &b.records[i]
		if d.err != nil {
			if !yield(nil, d.err) {
				return false
			}
		} else if !yield(d, nil) {
			return false
		}
	}
	return len(b.ends) > 0 && !b.ended
}
