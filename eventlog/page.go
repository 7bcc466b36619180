package eventlog

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"tally/eventlog/snowflake"
)

// MaxPage is the most messages that one Page holds: Discord's pages have 100, and with 256 an author's
// place in the page's dictionary always fits a byte.
const MaxPage = 256

// Message is one message as the log keeps it: no text, no name.
type Message struct {
	ID     snowflake.ID
	Author snowflake.ID
	Type   uint16 // Discord's message type
	Marks  Marks
}

// Sender is who wrote a message and as what: the entry of a Page's dictionary.
type Sender struct {
	Author snowflake.ID
	Type   uint16
	Marks  Marks
}

// Page is the messages of one channel and one origin that were learned of together: a page of history,
// or what came live within one commit. A fold reads its columns: message i was written by
// Senders[From[i]], and its id is IDs()[i]. Ids rise strictly. Where all of a page falls on one side
// of a boundary, First and Last tell, and the ids need not be decoded at all.
type Page struct {
	Origin  Origin
	Import  uint32 // the import that it belongs to (origins Import and Repair); else 0
	Channel snowflake.ID
	First   snowflake.ID
	Last    snowflake.ID
	Senders []Sender
	From    []uint8

	ids    []snowflake.ID
	deltas []byte // ids after the first, not yet decoded
}

// NewPage makes a page of 1 to MaxPage messages with distinct ids, in any order.
func NewPage(origin Origin, imp uint32, channel snowflake.ID, messages []Message) (*Page, error) {
	if n := len(messages); n == 0 || n > MaxPage {
		return nil, fmt.Errorf("a page of %d messages: it holds 1 to %d", n, MaxPage)
	}
	sorted := slices.SortedFunc(slices.Values(messages), func(a, b Message) int { return cmp.Compare(a.ID, b.ID) })
	p := &Page{
		Origin: origin, Import: imp, Channel: channel,
		First: sorted[0].ID, Last: sorted[len(sorted)-1].ID,
		From: make([]uint8, len(sorted)), ids: make([]snowflake.ID, len(sorted)),
	}
	for _, m := range sorted {
		p.Senders = append(p.Senders, Sender{m.Author, m.Type, m.Marks})
	}
	slices.SortFunc(p.Senders, Sender.compare)
	p.Senders = slices.Compact(p.Senders)
	for i, m := range sorted {
		if i > 0 && m.ID == p.ids[i-1] {
			return nil, fmt.Errorf("message %d stands twice in one page", m.ID)
		}
		at, _ := slices.BinarySearchFunc(p.Senders, Sender{m.Author, m.Type, m.Marks}, Sender.compare)
		p.From[i], p.ids[i] = uint8(at), m.ID
	}
	return p, nil
}

func (s Sender) compare(o Sender) int {
	return cmp.Or(cmp.Compare(s.Author, o.Author), cmp.Compare(s.Type, o.Type), cmp.Compare(s.Marks, o.Marks))
}

// Kind returns KindMessage.
func (p *Page) Kind() Kind { return KindMessage }

// Len returns the number of messages.
func (p *Page) Len() int { return len(p.From) }

// IDs returns the message ids, rising. The slice belongs to the page.
func (p *Page) IDs() []snowflake.ID {
	if len(p.ids) == len(p.From) {
		return p.ids
	}
	p.ids = append(p.ids[:0], p.First)
	rest, last := p.deltas, p.First
	for range len(p.From) - 1 {
		d, n := binary.Uvarint(rest)
		last += snowflake.ID(d)
		rest = rest[max(n, 0):]
		p.ids = append(p.ids, last)
	}
	return p.ids
}

// Message returns message i of the page.
func (p *Page) Message(i int) Message {
	s := p.Senders[p.From[i]]
	return Message{ID: p.IDs()[i], Author: s.Author, Type: s.Type, Marks: s.Marks}
}

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
		b = binary.AppendUvarint(b, uint64(s.Type))
		b = append(b, byte(s.Marks))
		author = s.Author
	}
	if len(p.Senders) > 1 {
		b = append(b, p.From...)
	}
	ids := p.IDs()
	for i := 1; i < len(ids); i++ {
		b = binary.AppendUvarint(b, uint64(ids[i]-ids[i-1]))
	}
	return b
}

var errShortPage = errors.New("a page of messages ends early")

// zeroFrom stands for the column that a page with one sender leaves out.
var zeroFrom [MaxPage]uint8

// decode reads a payload of n messages into p, whose memory it uses again. The page refers to the
// payload's bytes.
func (p *Page) decode(n int, payload []byte) error {
	if n < 1 || n > MaxPage {
		return fmt.Errorf("a page says that it holds %d messages", n)
	}
	r := reader{b: payload}
	*p = Page{Origin: Origin(r.byte()), Import: uint32(r.uvarint()), Channel: snowflake.ID(r.uvarint()),
		First: snowflake.ID(r.uvarint()), Senders: p.Senders[:0], ids: p.ids[:0]}
	p.Last = p.First
	if n > 1 {
		p.Last += snowflake.ID(r.uvarint())
	}
	senders := int(r.byte()) + 1
	var author snowflake.ID
	for range senders {
		author += snowflake.ID(r.uvarint())
		p.Senders = append(p.Senders, Sender{author, uint16(r.uvarint()), Marks(r.byte())})
	}
	p.From = zeroFrom[:n]
	if senders > 1 {
		p.From = r.take(n)
	}
	p.deltas = r.b
	if r.short {
		return errShortPage
	}
	for _, from := range p.From {
		if int(from) >= senders {
			return fmt.Errorf("a message's sender is number %d of %d", from, senders)
		}
	}
	return nil
}

// check reads the ids, which decode leaves for later, and reports what is wrong in them.
func (p *Page) check() error {
	r, last := reader{b: p.deltas}, p.First
	for range len(p.From) - 1 {
		d := r.uvarint()
		if next := last + snowflake.ID(d); next <= last {
			return fmt.Errorf("message ids do not rise after %d", last)
		} else {
			last = next
		}
	}
	switch {
	case r.short:
		return errShortPage
	case len(r.b) > 0:
		return fmt.Errorf("%d bytes follow a page", len(r.b))
	case last != p.Last:
		return fmt.Errorf("a page ends with message %d and says %d", last, p.Last)
	}
	return nil
}
