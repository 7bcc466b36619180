package eventlog

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"slices"

	"tally/eventlog/snowflake"
)

// A page is stored by columns: the dictionary of senders, each message's place in it, and the ids.
// The last two are packed by the bit: see FORMAT.md.

func (p *Page) appendPayload(b []byte) []byte {
	b = append(b, byte(p.Origin))
	b = binary.AppendUvarint(b, uint64(p.Import))
	b = binary.AppendUvarint(b, uint64(p.Channel))
	b = binary.AppendUvarint(b, uint64(p.First))
	if len(p.From) > 1 {
		b = binary.AppendUvarint(b, uint64(p.Last-p.First))
	}
	b = append(b, byte(len(p.Senders)-1))
	var author snowflake.ID
	for _, s := range p.Senders {
		b = binary.AppendUvarint(b, uint64(s.Author-author))
		b = binary.AppendUvarint(b, uint64(s.Type)<<8|uint64(s.Marks))
		author = s.Author
	}
	if width := fromWidth(len(p.Senders)); width > 0 {
		w := bitWriter{b: b}
		for _, from := range p.From {
			w.put(uint64(from), width)
		}
		b = w.end()
	}
	w := bitWriter{b: b}
	w.putIDs(between(p.IDs()), p.First+1, p.Last-1)
	return w.end()
}

// fromWidth is how many bits a place among n senders takes.
func fromWidth(n int) uint { return uint(bits.Len(uint(n - 1))) }

// between leaves the first and the last id out.
func between(ids []snowflake.ID) []snowflake.ID {
	if len(ids) < 3 {
		return nil
	}
	return ids[1 : len(ids)-1]
}

// putIDs stores ids that rise strictly from lo or later to hi or earlier: first the middle one, as its
// distance from the least that it can be, in as many bits as the most that it can be needs; then in
// the same way those before it, and those after it.
func (w *bitWriter) putIDs(ids []snowflake.ID, lo, hi snowflake.ID) {
	if len(ids) == 0 {
		return
	}
	m := len(ids) / 2
	least, most := bounds(len(ids), m, lo, hi)
	w.put(uint64(ids[m]-least), uint(bits.Len64(uint64(most-least))))
	w.putIDs(ids[:m], lo, ids[m]-1)
	w.putIDs(ids[m+1:], ids[m]+1, hi)
}

// takeIDs reads what putIDs stored.
func (r *bitReader) takeIDs(ids []snowflake.ID, lo, hi snowflake.ID) {
	if len(ids) == 0 {
		return
	}
	m := len(ids) / 2
	least, most := bounds(len(ids), m, lo, hi)
	ids[m] = least + snowflake.ID(r.take(uint(bits.Len64(uint64(most-least)))))
	if ids[m] > most || ids[m] < least {
		ids[m], r.short = least, true
	}
	r.takeIDs(ids[:m], lo, ids[m]-1)
	r.takeIDs(ids[m+1:], ids[m]+1, hi)
}

// bounds returns the least and the most that number m of n ids can be that rise strictly from lo to hi.
func bounds(n, m int, lo, hi snowflake.ID) (least, most snowflake.ID) {
	return lo + snowflake.ID(m), hi - snowflake.ID(n-1-m)
}

var errShortPage = errors.New("a page of messages ends early")

// decode reads a payload of n messages into p, whose memory it uses again. The page refers to the
// payload's bytes.
func (p *Page) decode(n int, payload []byte) error {
	if err := p.decodeHead(n, payload); err != nil {
		return err
	}
	return p.decodeColumns()
}

// decodeHead reads what stands before the columns: enough to tell whether the page is of interest.
func (p *Page) decodeHead(n int, payload []byte) error {
	if n < 1 || n > MaxPage {
		return fmt.Errorf("a page says that it holds %d messages", n)
	}
	r := reader{b: payload}
	p.Origin, p.Import, p.Channel = Origin(r.byte()), uint32(r.atMost(math.MaxUint32)), snowflake.ID(r.uvarint())
	p.First, p.ids, p.From = snowflake.ID(r.uvarint()), p.ids[:0], slices.Grow(p.From[:0], n)[:n]
	p.Last = p.First
	if n > 1 {
		p.Last += snowflake.ID(r.uvarint())
	}
	if p.columns = r.b; r.short {
		return errShortPage
	}
	if p.Last < p.First || uint64(p.Last-p.First) < uint64(n-1) {
		return fmt.Errorf("there is no room for %d messages from %d to %d", n, p.First, p.Last)
	}
	return nil
}

func (p *Page) decodeColumns() error {
	r := reader{b: p.columns}
	senders := int(r.byte()) + 1
	var author snowflake.ID
	p.Senders = p.Senders[:0]
	for range senders {
		author += snowflake.ID(r.uvarint())
		as := r.atMost(math.MaxUint16<<8 | math.MaxUint8)
		p.Senders = append(p.Senders, Sender{author, uint16(as >> 8), Marks(as)})
	}
	if err := p.nameSenders(); err != nil {
		return err
	}
	width := fromWidth(senders)
	packed := r.take((len(p.From)*int(width) + 7) / 8)
	if p.packedIDs = r.b; r.short {
		return errShortPage
	}
	p.Counts = slices.Grow(p.Counts[:0], 1<<width)[:1<<width]
	unpack(p.From, p.Counts, packed, width)
	if p.Counts = p.Counts[:senders]; sum(p.Counts) != len(p.From) {
		return fmt.Errorf("a message's sender is not one of %d", senders)
	}
	return nil
}

// nameSenders replaces the numbers of the senders in a joined record's page by who they are.
func (p *Page) nameSenders() error {
	if p.authors == nil {
		return nil
	}
	for i, s := range p.Senders {
		if s.Author >= snowflake.ID(len(p.authors)) {
			return fmt.Errorf("a sender is number %d of the record's %d authors", s.Author, len(p.authors))
		}
		p.Senders[i].Author = p.authors[s.Author]
	}
	return nil
}

// numbered returns the page with its senders' places in authors, which rise, instead of who they are: that is
// how a joined record stores it.
func (p *Page) numbered(authors []snowflake.ID) *Page {
	n := *p
	n.Senders = slices.Clone(p.Senders)
	for i, s := range n.Senders {
		at, _ := slices.BinarySearch(authors, s.Author)
		n.Senders[i].Author = snowflake.ID(at)
	}
	return &n
}

// decodeIDs reads the ids, which decode leaves for later. Whatever the bytes are, the ids rise
// strictly from First to Last.
func (p *Page) decodeIDs() error {
	n := len(p.From)
	p.ids = slices.Grow(p.ids[:0], n)[:n]
	p.ids[0], p.ids[n-1] = p.First, p.Last
	r := bitReader{b: p.packedIDs}
	r.takeIDs(between(p.ids), p.First+1, p.Last-1)
	switch {
	case r.short:
		return errors.New("the ids of a page are not what was written")
	case len(r.b) > 0 || r.acc != 0:
		return fmt.Errorf("%d bytes follow a page", len(r.b))
	}
	return nil
}
