package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"tally/bot/discordtest"
	"tally/eventlog/snowflake"
)

const (
	perChannel   = 40 // messages of its history that may be deleted or come again
	lateBy       = 3  // messages that overtake a late one
	latestBy     = 700 * time.Millisecond
	largestBulk  = 12
	takenWithin  = 500 * time.Millisecond // a delete is in the log by then, unless the machine is very busy
	doubtfulFrom = 5 * time.Second        // before a connection broke: what was sent may not be in the log
)

// crowd is what people have written, as far as it may still be of use.
type crowd struct {
	square  snowflake.ID // the channel in which threads are opened
	pool    []place
	late    []lateMessage
	hold    bool // the next message comes late
	deleted []deletion
}

type place struct{ channel, id snowflake.ID }

type lateMessage struct {
	place
	sent int // messages, when it was
	at   time.Time
}

type deletion struct {
	place
	at    time.Time
	doubt bool // the bot may have lost its connection before it took it
}

// learn picks messages of the history.
func (w *crowd) learn(g *discordtest.Guild, v survey, rng *rand.Rand) {
	for _, channel := range v.channels {
		n, from := 0, len(w.pool)
		for m := range g.History(channel) {
			switch {
			case !m.Counts:
				continue
			case n < perChannel:
				w.pool = append(w.pool, place{channel, m.ID})
			default:
				if at := rng.IntN(n + 1); at < perChannel {
					w.pool[from+at].id = m.ID
				}
			}
			n++
		}
	}
}

// doubt marks the deletes that were sent shortly before a connection was last seen.
func (w *crowd) doubt(seen time.Time) {
	for i := range w.deleted {
		d := &w.deleted[i]
		d.doubt = d.doubt || d.at.After(seen.Add(-doubtfulFrom))
	}
}

// pick returns a message, if there is any; half of them are among the last ones written.
func (c *chaos) pick() (at int, ok bool) {
	n := len(c.members.pool)
	if n == 0 {
		return 0, false
	}
	if recent := min(n, 30); c.rng.IntN(2) == 0 {
		return n - 1 - c.rng.IntN(recent), true
	}
	return c.rng.IntN(n), true
}

// send sends a message of the traffic; one that is held back is in the history at once, and comes live
// after newer ones.
func (c *chaos) send(channel snowflake.ID, m discordtest.Message) {
	w := &c.members
	hold := w.hold
	if w.hold = false; hold {
		m.Delivery = discordtest.HistoryOnly
	}
	p := place{channel, c.server.Send(channel, m)}
	w.pool = append(w.pool, p)
	if hold {
		w.late = append(w.late, lateMessage{p, c.people.sent, time.Now()})
	}
}

// sendLate has somebody write a message that others overtake.
func sendLate(c *chaos, _ context.Context) error {
	c.members.hold = true
	c.people.advance(min(c.people.sent+1, c.people.total))
	c.members.hold = false
	return nil
}

func (c *chaos) deliverLate(all bool) {
	w := &c.members
	w.late = slices.DeleteFunc(w.late, func(l lateMessage) bool {
		if !all && c.people.sent < l.sent+lateBy && time.Since(l.at) < latestBy {
			return false
		}
		c.server.Redeliver(l.channel, l.id)
		c.survived.add(faultLate, 1)
		return true
	})
}

// openThread opens a thread, in which people write from then on.
func (c *chaos) openThread() {
	name := fmt.Sprintf("thread-%d", len(c.people.channels))
	id := c.guild.AddThread(discordtest.ThreadSpec{Parent: c.members.square, Name: name})
	for range 5 { // else it might stay empty
		c.people.channels = append(c.people.channels, id)
	}
	c.survived.add(faultThread, 1)
}
