package eventlog

import (
	"encoding/binary"
	"errors"
	"iter"
	"math/bits"

	"github.com/oklog/ulid/v2"

	"tally/eventlog/snowflake"
)

// A joined record holds a row of records that were appended one after another, with the messages of all of
// them in pages by channel. Its seams tell how it comes apart again, each part with its ULID, to the byte.

// blockSeams is the kind of the block that stands first in a joined record.
const blockSeams = 0

var errSeams = errors.New("its seams are not what was written")

// seam is a block as it was appended, within a joined record.
type seam struct {
	base   ulid.ULID // of the record that it begins; zero: it goes on with the one before
	source int       // the number of the block that holds its events now
	ids    []snowflake.ID
	events int
}

// openSeams takes the seams off the blocks.
func (rec *Record) openSeams() error {
	if len(rec.blocks) == 0 || rec.blocks[0] != blockSeams {
		return nil
	}
	r := reader{b: rec.blocks[1:]}
	rec.seams = r.take(int(r.uvarint()))
	if rec.blocks = r.b; r.short || len(rec.seams) == 0 {
		return rec.corrupt(errSeams)
	}
	return nil
}

// appendSeams writes the seams of a record that begins at the first one's base. blocks is the number of the
// record's blocks, and pages are the ids in those of them that are pages of messages, which come first.
// authors are those of all pages, rising.
func appendSeams(b []byte, seams []seam, blocks int, pages [][]snowflake.ID, authors []snowflake.ID, last ulid.ULID) []byte {
	b = binary.AppendUvarint(b, last.Time()-seams[0].base.Time())
	b = binary.AppendUvarint(b, uint64(counter(last)))
	w := bitWriter{b: appendAuthors(b, authors)}
	var at ulid.ULID
	for i, s := range seams {
		if i == 0 {
			at = s.base
		} else {
			w.putBase(s.base, &at)
		}
		w.put(uint64(s.source), sourceWidth(blocks))
		w.putGamma(uint64(s.events))
		if s.source < len(pages) {
			w.putPlaces(s.ids, &pages[s.source])
		}
		at = advance(at, s.events)
	}
	return w.end()
}

func appendAuthors(b []byte, authors []snowflake.ID) []byte {
	b = binary.AppendUvarint(b, uint64(len(authors)))
	if len(authors) == 0 {
		return b
	}
	first, last := authors[0], authors[len(authors)-1]
	b = binary.AppendUvarint(b, uint64(first))
	w := bitWriter{b: binary.AppendUvarint(b, uint64(last-first))}
	w.putIDs(between(authors), first+1, last-1)
	return w.end()
}

// takeSeams reads the head of the seams: where the last event is, and who the authors are. The bits follow.
func (rec *Record) takeSeams() (last ulid.ULID, authors []snowflake.ID, seams bitReader, err error) {
	r := reader{b: rec.seams}
	last = rec.Base
	if err := last.SetTime(rec.Base.Time() + r.uvarint()); err != nil {
		return last, nil, seams, rec.corrupt(err)
	}
	setCounter(&last, uint32(r.uvarint()))
	if n := r.atMost(uint64(len(rec.seams)) * 8); n > 0 { // each takes a bit at the least
		authors = make([]snowflake.ID, n)
		authors[0] = snowflake.ID(r.uvarint())
		authors[n-1] = authors[0] + snowflake.ID(r.uvarint())
		seams = bitReader{b: r.b}
		if seams.takeIDs(between(authors), authors[0]+1, authors[n-1]-1); seams.short {
			return last, nil, seams, rec.corrupt(errSeams)
		}
		r.b = seams.b
	}
	if r.short {
		return last, nil, seams, rec.corrupt(errSeams)
	}
	return last, authors, bitReader{b: r.b}, nil
}

// readAuthors reads the authors by whose places the pages of a joined record name their senders.
func (rec *Record) readAuthors() (err error) {
	if rec.authors = nil; rec.seams != nil {
		_, rec.authors, _, err = rec.takeSeams()
	}
	return err
}

func sourceWidth(blocks int) uint { return uint(bits.Len(uint(blocks - 1))) }

// putBase stores whether a record begins here and its ULID, where at is the one that comes next in the row.
func (w *bitWriter) putBase(base ulid.ULID, at *ulid.ULID) {
	if base == (ulid.ULID{}) {
		w.put(0, 1)
		return
	}
	w.put(1, 1)
	later := base.Time() - at.Time()
	w.putGamma(later + 1)
	least := uint32(0)
	if later == 0 {
		least = counter(*at)
	}
	w.putGamma(uint64(counter(base)-least) + 1)
	*at = base
}

// putPlaces stores which of the ids that are left of a page a block takes, each counted from the one before,
// and takes them out.
func (w *bitWriter) putPlaces(ids []snowflake.ID, left *[]snowflake.ID) {
	from := 0
	for _, id := range ids {
		at := from
		for (*left)[at] != id {
			at++
		}
		w.putGamma(uint64(at-from) + 1)
		*left = append((*left)[:at], (*left)[at+1:]...)
		from = at
	}
}

// lastSeam returns the ULID of a joined record's last event.
func (rec *Record) lastSeam() ulid.ULID {
	r := reader{b: rec.seams}
	last := rec.Base
	_ = last.SetTime(rec.Base.Time() + r.uvarint()) // fails for what the checksum rules out
	setCounter(&last, uint32(r.uvarint()))
	return last
}

// parts gives the records that a joined one was made of, as they were appended; one that was not joined gives
// itself. A part is valid until the next step.
func (rec *Record) parts() iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) {
		if rec.seams == nil {
			yield(rec, nil)
			return
		}
		x, err := newUnpicker(rec)
		part := &Record{}
		for err == nil && x.left > 0 {
			if err = x.next(part); err == nil && !yield(part, nil) {
				return
			}
		}
		if err == nil && x.at != advance(rec.Last(), 1) {
			err = rec.corrupt(errSeams)
		}
		if err != nil {
			yield(rec, err)
		}
	}
}

// unpicker takes a joined record apart.
type unpicker struct {
	rec  *Record
	bits bitReader
	from []source
	left int       // events
	at   ulid.ULID // of the next event
}

// source is a block of a joined record with what is not yet taken of it.
type source struct {
	page     *Page // its head alone is of use; nil: deletes
	messages []Message
	deletes  *Deletes
}

func newUnpicker(rec *Record) (*unpicker, error) {
	_, _, seams, err := rec.takeSeams()
	if err != nil {
		return nil, err
	}
	x := &unpicker{rec: rec, bits: seams, at: rec.Base}
	for body, err := range rec.Bodies() {
		if err != nil {
			return nil, err
		}
		var s source
		switch b := body.(type) {
		case *Page:
			s.page = &Page{Origin: b.Origin, Import: b.Import, Channel: b.Channel}
			for i := range b.Len() {
				s.messages = append(s.messages, b.Message(i))
			}
		case *Deletes:
			s.deletes = b
		default:
			return nil, rec.corrupt(errSeams)
		}
		x.left += body.Len()
		x.from = append(x.from, s)
	}
	return x, nil
}

// next makes the next part.
func (x *unpicker) next(part *Record) error {
	var bodies []Body
	base := x.at
	for {
		body, err := x.body()
		if err != nil {
			return x.rec.corrupt(err)
		}
		bodies = append(bodies, body)
		if x.left -= body.Len(); x.left == 0 || x.bits.take(1) == 1 {
			break
		}
	}
	value, events, err := encodeRecord(bodies)
	if err != nil {
		return x.rec.corrupt(err)
	}
	*part = Record{Guild: x.rec.Guild, Base: base, Size: len(base) + len(value), blocks: value[headerSize:]}
	if x.at = advance(base, events); x.left > 0 {
		return x.gap()
	}
	return nil
}

// gap moves on to where the next part begins.
func (x *unpicker) gap() error {
	later := x.bits.takeGamma() - 1
	if later > 0 {
		if err := x.at.SetTime(x.at.Time() + later); err != nil {
			return x.rec.corrupt(err)
		}
		setCounter(&x.at, 0)
	}
	x.at = advance(x.at, int(x.bits.takeGamma()-1))
	if x.bits.short {
		return x.rec.corrupt(errSeams)
	}
	return nil
}

// body takes the next block from where it is now.
func (x *unpicker) body() (Body, error) {
	n := int(x.bits.take(sourceWidth(len(x.from))))
	if n >= len(x.from) {
		return nil, errSeams
	}
	s := &x.from[n]
	events := int(x.bits.takeGamma())
	if s.page == nil {
		if x.bits.short || events != s.deletes.Len() {
			return nil, errSeams
		}
		d := s.deletes
		s.deletes = &Deletes{}
		return d, nil
	}
	if events > len(s.messages) || events == 0 {
		return nil, errSeams
	}
	taken := make([]Message, events)
	for i, at := 0, 0; i < events; i++ {
		if at += int(x.bits.takeGamma() - 1); x.bits.short || at < 0 || at >= len(s.messages) {
			return nil, errSeams
		}
		taken[i] = s.messages[at]
		s.messages = append(s.messages[:at], s.messages[at+1:]...)
	}
	return NewPage(s.page.Origin, s.page.Import, s.page.Channel, taken)
}
