package eventlog

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"iter"
	"slices"

	"github.com/oklog/ulid/v2"

	"tally/eventlog/snowflake"
)

// Version is the format of the records that this version writes. It reads those of version 1 as well, which
// are the same but never joined. See FORMAT.md.
const Version = 2

// headerSize is a record's version byte and CRC-32C.
const headerSize = 1 + 4

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// ErrNewerVersion is wrapped by errors about records that a newer version of Tally wrote.
var ErrNewerVersion = errors.New("written by a newer version of tally")

// CorruptError is a record that is not what was written. It is never counted.
type CorruptError struct {
	Guild  snowflake.ID
	Record ulid.ULID // the record's key
	Cause  error
}

func (e *CorruptError) Error() string {
	return fmt.Sprintf("record %s of guild %s is damaged: %v", e.Record, e.Guild, e.Cause)
}

// Unwrap returns what is wrong with the record.
func (e *CorruptError) Unwrap() error { return e.Cause }

// Record is what was written together, atomically, for one guild; or, where it is said so, a row of such
// records that compaction has joined. Its bytes, and the bodies that it gives, are valid only until the
// iterator that gave it moves on.
type Record struct {
	Guild snowflake.ID
	Base  ulid.ULID // the ULID of its first event
	Size  int       // bytes stored, key included

	blocks  []byte
	seams   []byte         // of a joined record: how it comes apart again
	authors []snowflake.ID // of a joined record, once they are needed
	hidden  []snowflake.ID // authors who are being erased: see Log.Hide
	page    Page           // memory for the page that Bodies gives
	place   place
}

// encodeRecord returns a record's value without its checksum, and its number of events.
func encodeRecord(bodies []Body) (value []byte, events int, err error) {
	value = make([]byte, headerSize, 128)
	value[0] = Version
	return appendBlocks(value, bodies)
}

func appendBlocks(value []byte, bodies []Body) (_ []byte, events int, err error) {
	var scratch []byte
	for _, body := range bodies {
		n := body.Len()
		if n == 0 {
			return nil, 0, fmt.Errorf("a %s with no events", body.Kind())
		}
		scratch = body.appendPayload(slices.Grow(scratch[:0], 64+10*n)) // what a page takes
		value = append(value, byte(body.Kind()))
		value = binary.AppendUvarint(value, uint64(n))
		value = binary.AppendUvarint(value, uint64(len(scratch)))
		value = append(value, scratch...)
		events += n
	}
	if events == 0 {
		return nil, 0, errors.New("a record with no events")
	}
	return value, events, nil
}

// seal stores the checksum in a record's value. It covers the guild and the key too, so that a record
// that turns up in another's place is found out.
func seal(value []byte, guild snowflake.ID, key ulid.ULID) {
	binary.LittleEndian.PutUint32(value[1:], checksum(value, &place{}, guild, key))
}

// place is memory for what a checksum covers besides a record's blocks.
type place [8 + 16 + 1]byte

func checksum(value []byte, place *place, guild snowflake.ID, key ulid.ULID) uint32 {
	binary.BigEndian.PutUint64(place[:], uint64(guild))
	copy(place[8:], key[:])
	place[24] = value[0]
	return crc32.Update(crc32.Checksum(place[:], castagnoli), castagnoli, value[headerSize:])
}

// open points rec at a stored record after comparing its checksum. rec's memory is used again.
func (rec *Record) open(guild snowflake.ID, key, value []byte) error {
	rec.Guild, rec.Size, rec.blocks, rec.seams = guild, len(key)+len(value), nil, nil
	if copy(rec.Base[:], key); len(key) != len(rec.Base) {
		return rec.corrupt(fmt.Errorf("its key has %d bytes", len(key)))
	}
	if len(value) < headerSize {
		return rec.corrupt(fmt.Errorf("it has %d bytes", len(value)))
	}
	if value[0] > Version {
		return fmt.Errorf("record %s of guild %s: %w (format %d, this one reads up to %d): upgrade tally",
			rec.Base, guild, ErrNewerVersion, value[0], Version)
	}
	if stored, sum := binary.LittleEndian.Uint32(value[1:]), checksum(value, &rec.place, guild, rec.Base); stored != sum {
		return rec.corrupt(fmt.Errorf("its checksum is %08x and should be %08x", sum, stored))
	}
	rec.blocks = value[headerSize:]
	return rec.openSeams()
}

func (rec *Record) corrupt(cause error) error {
	return &CorruptError{Guild: rec.Guild, Record: rec.Base, Cause: cause}
}

// block is one body as it is stored.
type block struct {
	kind    Kind
	events  int
	payload []byte
}

// blocksOf walks a record's blocks without decoding them.
func (rec *Record) blocksOf() iter.Seq2[block, error] {
	return func(yield func(block, error) bool) {
		for r := (reader{b: rec.blocks}); len(r.b) > 0; {
			b := block{kind: Kind(r.byte()), events: int(r.uvarint())}
			b.payload = r.take(int(r.uvarint()))
			if r.short || b.events < 1 {
				yield(b, rec.corrupt(errors.New("a block ends early")))
				return
			}
			if !yield(b, nil) {
				return
			}
		}
	}
}

// Len returns the number of events in the record.
func (rec *Record) Len() int {
	n := 0
	for b, err := range rec.blocksOf() {
		if err == nil {
			n += b.events
		}
	}
	return n
}

// Last returns the ULID of the record's last event.
func (rec *Record) Last() ulid.ULID {
	if rec.seams != nil {
		return rec.lastSeam()
	}
	return advance(rec.Base, rec.Len()-1)
}

// Bodies decodes the record, body by body, in order. A *Page is valid until the next step only.
// It stops at the first error.
func (rec *Record) Bodies() iter.Seq2[Body, error] {
	return rec.bodies(func() *Page { return &rec.page })
}

// bodies is Bodies with the memory for each page from elsewhere.
func (rec *Record) bodies(page func() *Page) iter.Seq2[Body, error] {
	return func(yield func(Body, error) bool) {
		if err := rec.readAuthors(); err != nil {
			yield(nil, err)
			return
		}
		for b, err := range rec.blocksOf() {
			var body Body
			if err == nil {
				if body, err = b.decode(page, rec.authors); err != nil {
					err = rec.corrupt(fmt.Errorf("%s: %w", b.kind, err))
				}
			}
			if err == nil && rec.hidden != nil {
				body, _ = anonymous(body, rec.hidden)
			}
			if !yield(body, err) || err != nil {
				return
			}
		}
	}
}

func (b block) decode(page func() *Page, authors []snowflake.ID) (Body, error) {
	switch b.kind {
	case KindMessage:
		p := page()
		p.authors = authors
		return p, p.decode(b.events, b.payload)
	case KindMessageDeleted:
		return decodeDeletes(b.events, b.payload)
	case KindChannelDeleted:
		return decodeRare[ChannelDeleted](b)
	case KindImportStarted:
		return decodeRare[ImportStarted](b)
	case KindImportChannelFinished:
		return decodeRare[ImportChannelFinished](b)
	case KindImportFinished:
		return decodeRare[ImportFinished](b)
	case KindVerified:
		return decodeRare[Verified](b)
	case KindGapOpened:
		return decodeRare[GapOpened](b)
	case KindGapClosed:
		return decodeRare[GapClosed](b)
	case KindChannelChecked:
		return decodeRare[ChannelChecked](b)
	case KindSettingsChanged:
		return decodeRare[SettingsChanged](b)
	case KindUserErased:
		return decodeRare[UserErased](b)
	case KindGuildLeft:
		return decodeRare[GuildLeft](b)
	case KindImportReported:
		return decodeRare[ImportReported](b)
	}
	return Unknown{Code: b.kind, Events: b.events, Payload: b.payload}, nil
}

func decodeRare[T Body, P interface {
	*T
	fielder
}](b block) (Body, error) {
	if b.events != 1 {
		return nil, fmt.Errorf("%d events in a block of one", b.events)
	}
	var v T
	err := readFields(b.payload, P(&v))
	return v, err
}

// Pages decodes the pages of the record that are of interest, and gives each until the next step. want tells of
// which that is so from what stands before the senders: the origin, the import, the channel, and the first and the
// last id. What isn't wanted costs next to nothing.
func (rec *Record) Pages(want func(*Page) bool) iter.Seq2[*Page, error] {
	return func(yield func(*Page, error) bool) {
		for b, err := range rec.blocksOf() {
			if err == nil && b.kind != KindMessage {
				continue
			}
			if err == nil {
				if err = rec.page.decodeHead(b.events, b.payload); err == nil && !want(&rec.page) {
					continue
				}
				if err == nil {
					err = rec.readAuthors()
					rec.page.authors = rec.authors
				}
				if err == nil {
					err = rec.page.decodeColumns()
				}
				if err != nil {
					err = rec.corrupt(err)
				} else if rec.hidden != nil {
					anonymous(&rec.page, rec.hidden)
				}
			}
			if !yield(&rec.page, err) || err != nil {
				return
			}
		}
	}
}

// spans returns the ranges of ids of the record's pages, as far as they can be decoded.
func (rec *Record) spans() []span {
	var spans []span
	for range rec.Pages(func(p *Page) bool {
		spans = append(spans, p.span())
		return false
	}) {
	}
	return spans
}
