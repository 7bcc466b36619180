package projections

import (
	"cmp"
	"slices"

	"tally/eventlog/snowflake"
)

// users are the people of whom a message was ever seen, each by a number.
type users struct {
	places[snowflake.ID]
	sums []Count // of their cells
}

// number returns a user's number, a new one for one who is new.
func (u *users) number(id snowflake.ID) int {
	at := u.find(id)
	if at < 0 {
		at = u.add(id)
		u.sums = append(u.sums, Count{})
	}
	return at
}

// of returns a user's sums, or nil.
func (u *users) of(id snowflake.ID) *Count {
	if at := u.find(id); at >= 0 {
		return &u.sums[at]
	}
	return nil
}

// cell counts one user's messages in one channel. What is shown is imported plus stream.
type cell struct {
	imported uint32 // held by the channel's import, older than its cutoff
	stream   uint32 // held by live tracking, not older than the cutoff
	deleted  uint32 // known to be deleted
}

// aside is what a cell holds of the running import, which is not shown until it completes.
type aside struct {
	next  uint32 // held by it
	after uint32 // held by live tracking, not older than its cutoff
}

// cell returns the place of an author's cell in a channel.
func (g *Guild) cell(ch *channel, author snowflake.ID) (at int) {
	user := uint32(g.users.number(author))
	if at = ch.writers.find(user); at < 0 {
		at = ch.writers.add(user)
		ch.cells = append(ch.cells, cell{})
	}
	return at
}

// kept returns what is kept aside for a cell.
func (ch *channel) kept(at int) *aside {
	if at >= len(ch.aside) {
		ch.aside = append(ch.aside, make([]aside, len(ch.cells)-len(ch.aside))...)
	}
	return &ch.aside[at]
}

// byAuthor returns the places of a channel's cells in the order of their authors' ids.
func (g *Guild) byAuthor(ch *channel) []int {
	order := make([]int, len(ch.cells))
	for at := range order {
		order[at] = at
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(g.author(ch, a), g.author(ch, b)) })
	return order
}

func (g *Guild) author(ch *channel, at int) snowflake.ID { return g.users.keys[ch.writers.keys[at]] }

// sums returns those of a cell's author.
func (g *Guild) sums(ch *channel, at int) *Count { return &g.users.sums[ch.writers.keys[at]] }

// show changes what is shown of a user's messages in a channel by n.
func (g *Guild) show(ch *channel, at int, n int64) {
	if ch.excluded {
		return
	}
	g.sums(ch, at).Messages += uint64(n)
	g.total.Messages += uint64(n)
}

func (g *Guild) addDeleted(ch *channel, at int, n uint32) {
	ch.cells[at].deleted += n
	g.showDeleted(ch, at, int64(n))
}

func (g *Guild) showDeleted(ch *channel, at int, n int64) {
	if ch.excluded {
		return
	}
	g.sums(ch, at).Deleted += uint64(n)
	g.total.Deleted += uint64(n)
}

// deletedOne notes one deleted message, of which it is known whose it was.
func (g *Guild) deletedOne(ch *channel, id, author snowflake.ID) {
	g.addDeleted(ch, g.cell(ch, author), 1)
	if g.onDelete != nil {
		g.onDelete(id, author)
	}
}

func (g *Guild) addImported(ch *channel, at int, n uint32) {
	ch.cells[at].imported += n
	g.show(ch, at, int64(n))
}

func (g *Guild) addStream(ch *channel, at int, n uint32) {
	ch.cells[at].stream += n
	g.show(ch, at, int64(n))
}
