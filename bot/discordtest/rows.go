package discordtest

import (
	"slices"
	"sort"

	"tally/eventlog/snowflake"
)

// row is a stored message in 24 bytes. A deleted one stays, marked, so that replies to it are known
// to point at nothing.
type row struct {
	id     snowflake.ID
	author uint32 // number in the userTable
	extra  uint32 // 1 + index in rowList.extras; 0: nothing more is known
	ref    uint32 // how many rows back the message is that this one replies to; 0: none here
	flags  uint16
	kind   uint8
	dead   bool
}

// extra is what few messages have. It is never changed, only replaced.
type extra struct {
	content     string
	embeds      []byte // JSON arrays
	components  []byte
	files       []File
	mentions    []uint32
	edited      int64        // Unix µs; 0: never
	refChannel  snowflake.ID // a reference that row.ref can't hold
	refMessage  snowflake.ID
	webhook     snowflake.ID // of an interaction's reply: the application
	interaction snowflake.ID
	asker       uint32 // number of the interaction's user
	raw         string
}

// rowList is the history of a channel, rising by id.
type rowList struct {
	list   []row
	extras []*extra
	dead   int
}

// above returns the index of the first row, dead ones included, whose id is at least id.
func (l *rowList) above(id snowflake.ID) int {
	return sort.Search(len(l.list), func(i int) bool { return l.list[i].id >= id })
}

// find returns the index of a message that exists.
func (l *rowList) find(id snowflake.ID) (int, bool) {
	i, ok := l.findAny(id)
	return i, ok && !l.list[i].dead
}

// findAny is find for deleted messages too.
func (l *rowList) findAny(id snowflake.ID) (int, bool) {
	i := l.above(id)
	return i, i < len(l.list) && l.list[i].id == id
}

// insert puts a row where its id belongs and returns its index. A reply distance that now spans
// the new row grows by one.
func (l *rowList) insert(r row, x *extra) int {
	if x != nil {
		l.extras = append(l.extras, x)
		r.extra = uint32(len(l.extras))
	}
	i := l.above(r.id)
	if i < len(l.list) && l.list[i].id == r.id {
		panic("discordtest: message " + r.id.String() + " is there already")
	}
	l.list = slices.Insert(l.list, i, r)
	for j := i + 1; j < len(l.list); j++ {
		if ref := int(l.list[j].ref); ref != 0 && j-ref <= i {
			l.list[j].ref++
		}
	}
	return i
}

// extraOf returns what else is known of a row, nil if nothing.
func (l *rowList) extraOf(r row) *extra {
	if r.extra == 0 {
		return nil
	}
	return l.extras[r.extra-1]
}

// replace changes the extra of a row.
func (l *rowList) replace(i int, x *extra) {
	if l.list[i].extra == 0 {
		l.extras = append(l.extras, nil)
		l.list[i].extra = uint32(len(l.extras))
	}
	l.extras[l.list[i].extra-1] = x
}

// remove marks a message as deleted.
func (l *rowList) remove(id snowflake.ID) bool {
	i, ok := l.find(id)
	if ok {
		l.list[i].dead = true
		l.dead++
	}
	return ok
}

func (l *rowList) count() int { return len(l.list) - l.dead }

// newest returns the id of the last message ever sent, which is what last_message_id holds too.
func (l *rowList) newest() snowflake.ID {
	if len(l.list) == 0 {
		return 0
	}
	return l.list[len(l.list)-1].id
}

// before appends the indices of the newest n messages with an id below the cursor, newest first.
func (l *rowList) before(to []int, cursor snowflake.ID, n int) []int {
	for i := l.above(cursor) - 1; i >= 0 && n > 0; i-- {
		if !l.list[i].dead {
			to = append(to, i)
			n--
		}
	}
	return to
}

// after appends the indices of the oldest n messages with an id above the cursor, newest first.
func (l *rowList) after(to []int, cursor snowflake.ID, n int) []int {
	start := len(to)
	for i := l.above(cursor + 1); i < len(l.list) && n > 0; i++ {
		if !l.list[i].dead {
			to = append(to, i)
			n--
		}
	}
	slices.Reverse(to[start:])
	return to
}

// around appends up to n indices: half of them older than the cursor, the rest from the cursor on.
func (l *rowList) around(to []int, cursor snowflake.ID, n int) []int {
	to = l.after(to, cursor-1, n-n/2)
	return l.before(to, cursor, n/2)
}
