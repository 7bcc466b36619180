package eventlog

import (
	"cmp"
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
// of a boundary, which First and Last tell, Counts suffices, and the ids need not be decoded at all.
type Page struct {
	Origin  Origin
	Import  uint32 // the import that it belongs to (origins Import and Repair); else 0
	Channel snowflake.ID
	First   snowflake.ID
	Last    snowflake.ID
	Senders []Sender
	Counts  []uint16 // how many messages each of the senders wrote
	From    []uint8

	ids       []snowflake.ID
	columns   []byte         // what follows the ids First and Last, not yet decoded
	packedIDs []byte         // the ids between First and Last, not yet decoded
	authors   []snowflake.ID // of the joined record that it stands in, by whose places it names its senders
}

// NewPage makes a page of 1 to MaxPage messages with distinct ids, in any order.
func NewPage(origin Origin, imp uint32, channel snowflake.ID, messages []Message) (*Page, error) {
	if n := len(messages); n == 0 || n > MaxPage {
		return nil, fmt.Errorf("a page of %d messages: it holds 1 to %d", n, MaxPage)
	}
	sorted := slices.Clone(messages)
	slices.SortFunc(sorted, func(a, b Message) int { return cmp.Compare(a.ID, b.ID) })
	p := &Page{
		Origin: origin, Import: imp, Channel: channel,
		First: sorted[0].ID, Last: sorted[len(sorted)-1].ID,
		From: make([]uint8, len(sorted)), ids: make([]snowflake.ID, len(sorted)),
	}
	for i, m := range sorted {
		if p.ids[i] = m.ID; i > 0 && m.ID == p.ids[i-1] {
			return nil, fmt.Errorf("message %d stands twice in one page", m.ID)
		}
	}
	p.setSenders(sorted)
	return p, nil
}

// setSenders makes the dictionary of senders. Each message's is looked up once: until all are known, senders go by the
// order in which they appear.
func (p *Page) setSenders(messages []Message) {
	var appeared []uint8 // of each sender, how many appear before it
	for i, m := range messages {
		s := Sender{m.Author, m.Type, m.Marks}
		at, known := slices.BinarySearchFunc(p.Senders, s, Sender.compare)
		if !known {
			p.Senders = slices.Insert(p.Senders, at, s)
			appeared = slices.Insert(appeared, at, uint8(len(appeared)))
		}
		p.From[i] = appeared[at]
	}
	var place [MaxPage]uint8
	for at, n := range appeared {
		place[n] = uint8(at)
	}
	p.Counts = make([]uint16, len(p.Senders))
	for i, n := range p.From {
		p.From[i] = place[n]
		p.Counts[place[n]]++
	}
}

func (s Sender) compare(o Sender) int {
	if s.Author != o.Author { // nearly always
		return cmp.Compare(s.Author, o.Author)
	}
	return cmp.Or(cmp.Compare(s.Type, o.Type), cmp.Compare(s.Marks, o.Marks))
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
	_ = p.decodeIDs() // Check finds errors; the checksum has ruled them out
	return p.ids
}

// Message returns message i of the page.
func (p *Page) Message(i int) Message {
	s := p.Senders[p.From[i]]
	return Message{ID: p.IDs()[i], Author: s.Author, Type: s.Type, Marks: s.Marks}
}
