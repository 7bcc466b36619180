package eventlog

import (
	"encoding/binary"
	"slices"

	"github.com/oklog/ulid/v2"

	"tally/eventlog/snowflake"
)

// joinedEvents is how many events a joined record has at the most, unless a single part has more.
const joinedEvents = 4096

// joiner makes one record of a row of records. A fold may take the joined record's bodies in its own order, pages
// by channel and then deletes: that gives the same state, because all messages in it are live tracking's, no id
// stands twice in it, and no delete came before its message.
type joiner struct {
	base, next ulid.ULID // of the first event, and of what could follow the last one in its record
	parts      int
	events     int
	size       int // bytes of the parts, stored one by one
	pages      []joinedPage
	growing    map[pageOf]int // the page that takes more
	deletes    []*Deletes
	seen       map[snowflake.ID]bool
	seams      []seam // a source is a place in pages or, if it is below 0, ^place in deletes
}

type pageOf struct {
	origin  Origin
	channel snowflake.ID
}

type joinedPage struct {
	pageOf
	messages []Message
}

// add takes a part in if it fits, with the bodies that it holds.
func (j *joiner) add(part *Record, bodies []Body) bool {
	if !j.fits(part, bodies) {
		return false
	}
	if j.parts == 0 {
		j.base, j.growing, j.seen = part.Base, map[pageOf]int{}, map[snowflake.ID]bool{}
	}
	j.parts++
	j.size += part.Size
	base := part.Base
	for _, body := range bodies {
		s := seam{base: base, events: body.Len()}
		base = ulid.ULID{}
		switch b := body.(type) {
		case *Page:
			s.source, s.ids = j.addPage(b), slices.Clone(b.IDs())
			for _, id := range s.ids {
				j.seen[id] = true
			}
		case *Deletes:
			j.deletes = append(j.deletes, b)
			s.source = ^(len(j.deletes) - 1)
			for _, d := range b.List {
				j.seen[d.ID] = true
			}
		}
		j.events += s.events
		j.seams = append(j.seams, s)
	}
	j.next = advance(part.Last(), 1)
	return true
}

func (j *joiner) fits(part *Record, bodies []Body) bool {
	for i, body := range bodies {
		switch b := body.(type) {
		case *Page:
			if b.Origin != Live && b.Origin != Catchup || b.Import != 0 || slices.ContainsFunc(b.IDs(), func(id snowflake.ID) bool { return j.seen[id] }) || meets(bodies[:i], b) {
				return false
			}
		case *Deletes:
		default:
			return false
		}
	}
	return j.parts == 0 || j.events+part.Len() <= joinedEvents && part.Base.Compare(j.next) >= 0 && string(part.Base[6:12]) == string(j.base[6:12])
}

// meets reports whether one of the bodies holds or deletes a message of a page.
func meets(bodies []Body, p *Page) bool {
	has := func(id snowflake.ID) bool {
		_, ok := slices.BinarySearch(p.IDs(), id)
		return ok
	}
	for _, body := range bodies {
		switch b := body.(type) {
		case *Page:
			if slices.ContainsFunc(b.IDs(), has) {
				return true
			}
		case *Deletes:
			if slices.ContainsFunc(b.List, func(d Delete) bool { return has(d.ID) }) {
				return true
			}
		}
	}
	return false
}

// addPage puts a page's messages to those of its channel, and returns where they are.
func (j *joiner) addPage(p *Page) int {
	of := pageOf{p.Origin, p.Channel}
	at, ok := j.growing[of]
	if !ok || len(j.pages[at].messages)+p.Len() > MaxPage {
		at = len(j.pages)
		j.growing[of] = at
		j.pages = append(j.pages, joinedPage{pageOf: of})
	}
	for i := range p.Len() {
		j.pages[at].messages = append(j.pages[at].messages, p.Message(i))
	}
	return at
}

// encode returns the joined record's value, sealed, and the spans of its pages.
func (j *joiner) encode(guild snowflake.ID) (value []byte, spans []span, err error) {
	var bodies []Body
	var ids [][]snowflake.ID
	authors := j.authors()
	for _, in := range j.pages {
		p, err := NewPage(in.origin, 0, in.channel, in.messages)
		if err != nil {
			return nil, nil, err
		}
		bodies = append(bodies, p.numbered(authors))
		ids = append(ids, slices.Clone(p.IDs()))
	}
	for _, d := range j.deletes {
		bodies = append(bodies, d)
	}
	for i, s := range j.seams {
		if s.source < 0 {
			j.seams[i].source = len(j.pages) + ^s.source
		}
	}
	last := j.next
	setCounter(&last, counter(last)-1)
	seams := appendSeams(nil, j.seams, len(bodies), ids, authors, last)
	value = make([]byte, headerSize, headerSize+j.size/2)
	value[0] = Version
	value = append(value, blockSeams)
	value = binary.AppendUvarint(value, uint64(len(seams)))
	value, _, err = appendBlocks(append(value, seams...), bodies)
	if err == nil {
		seal(value, guild, j.base)
	}
	return value, spansOf(bodies), err
}

// authors returns the authors of all pages, rising.
func (j *joiner) authors() (authors []snowflake.ID) {
	for _, p := range j.pages {
		for _, m := range p.messages {
			authors = append(authors, m.Author)
		}
	}
	slices.Sort(authors)
	return slices.Compact(authors)
}
