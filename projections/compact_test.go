package projections

import (
	"bytes"
	"maps"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"
	"pgregory.net/rapid"

	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// chatter appends what comes live in two guilds: messages, sometimes one whose id another channel has, or one that
// was deleted before it came; deletes; and now and then something else.
type chatter struct {
	*rapid.T
	r     *rand.Rand
	log   *eventlog.Log
	next  snowflake.ID
	early []snowflake.ID // deleted, and yet to come
}

func (c *chatter) channel() snowflake.ID { return snowflake.ID(1 + c.r.IntN(3)) }

func (c *chatter) record(guild snowflake.ID) []eventlog.Body {
	switch n := c.r.IntN(60); {
	case n == 0:
		return []eventlog.Body{eventlog.GapOpened{Gap: uint32(c.next), After: c.next}, eventlog.Verified{}}
	case n == 1:
		return []eventlog.Body{eventlog.GapClosed{Gap: uint32(c.r.Int64N(int64(c.next)))}}
	case n == 2:
		c.next += 9
		return []eventlog.Body{c.page(eventlog.Import, 1, c.channel(), c.next-9, c.next-5)}
	case n < 15:
		return []eventlog.Body{c.deletes(guild)}
	case n < 20 && len(c.early) > 0:
		id := c.early[0]
		c.early = c.early[1:]
		return []eventlog.Body{c.page(eventlog.Live, 0, 1, id), c.page(eventlog.Live, 0, 2, id)} // a thread and what it began with
	}
	c.next += snowflake.ID(1 + c.r.IntN(3))
	return []eventlog.Body{c.page(eventlog.Live, 0, c.channel(), c.next, c.next+1, c.next+2), c.page(eventlog.Catchup, 0, 4, c.next+3)}
}

func (c *chatter) page(origin eventlog.Origin, imp uint32, channel snowflake.ID, ids ...snowflake.ID) *eventlog.Page {
	var messages []eventlog.Message
	for _, id := range ids {
		messages = append(messages, eventlog.Message{ID: id, Author: 50 + id%4, Type: uint16(id % 2 * 19)})
		c.next = max(c.next, id+1)
	}
	p, err := eventlog.NewPage(origin, imp, channel, messages)
	if err != nil {
		c.Fatal(err)
	}
	return p
}

// deletes names messages that the log holds, or that come later.
func (c *chatter) deletes(guild snowflake.ID) *eventlog.Deletes {
	d := &eventlog.Deletes{Channel: c.channel()}
	for _, id := range []snowflake.ID{c.next - snowflake.ID(c.r.IntN(30)), c.next + 50 + snowflake.ID(c.r.IntN(20))} {
		found, err := c.log.Find(guild, d.Channel, id)
		if err != nil {
			c.Fatal(err)
		}
		switch m := (eventlog.Delete{ID: id}); {
		case len(found) > 0 && found[0].Origin == eventlog.Live:
			m.Held, m.Author, m.Type = eventlog.HeldStream, found[0].Author, found[0].Type
			d.List = append(d.List, m)
		case id > c.next:
			d.List = append(d.List, m)
			c.early = append(c.early, id)
		}
	}
	return d
}

// TestCompactionKeepsEveryFold compares the folds of a log, from nothing and from any position to any other, before
// and after its records are joined.
func TestCompactionKeepsEveryFold(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		log, err := eventlog.Open(t.TempDir(), eventlog.Options{NoSync: true, Segment: rapid.IntRange(1, 40).Draw(rt, "segment")})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = log.Close() }()
		c := &chatter{T: rt, r: rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 1)), log: log, next: 1000}
		guilds := []snowflake.ID{guildID, guildID + 1}
		var ends []ulid.ULID
		for range 100 {
			guild := guilds[c.r.IntN(2)]
			record := c.record(guild)
			if record[0].Len() == 0 {
				continue
			}
			last, err := log.Append(guild, record)
			if err != nil {
				rt.Fatal(err)
			}
			ends = append(ends, last)
		}
		for _, guild := range guilds {
			c.compactAndCompare(guild, ends)
		}
	})
}

func (c *chatter) compactAndCompare(guild snowflake.ID, ends []ulid.ULID) {
	middle := ends[c.r.IntN(len(ends))]
	state := func(until ulid.ULID) []byte {
		g, err := Replay(c.log, guild, until)
		if err != nil {
			c.Fatal(err)
		}
		return g.Encode()
	}
	whole, part := state(ulid.ULID{}), state(middle)
	exact, err := CountExactly(c.log, guild, middle)
	if err != nil {
		c.Fatal(err)
	}
	for step := (eventlog.Compacted{More: true}); step.More; {
		if step, err = c.log.CompactStep(guild, -time.Hour); err != nil {
			c.Fatal(err)
		}
	}
	if !bytes.Equal(state(ulid.ULID{}), whole) || !bytes.Equal(state(middle), part) {
		c.Fatalf("guild %s is folded to another state", guild)
	}
	again, err := CountExactly(c.log, guild, middle)
	if err != nil || again.Total != exact.Total || again.Duplicates != exact.Duplicates || !maps.Equal(again.Users, exact.Users) || !maps.Equal(again.Channels, exact.Channels) {
		c.Fatalf("the exact count is %+v, %v; it was %+v", again, err, exact)
	}
	g, err := Decode(part) // a snapshot that was made before
	if err == nil {
		err = g.CatchUp(c.log)
	}
	if err != nil || !bytes.Equal(g.Encode(), whole) {
		c.Fatalf("guild %s, caught up from %s, is another: %v", guild, middle, err)
	}
}
