package discordtest

import (
	"math"
	"math/rand/v2"
	"time"

	"tally/eventlog/snowflake"
)

// alias draws indices by weight in constant time (Walker's method).
type alias struct {
	keep  []float64
	other []int32
}

func newAlias(weights []float64) *alias {
	n, sum := len(weights), 0.0
	for _, w := range weights {
		sum += w
	}
	a := &alias{keep: make([]float64, n), other: make([]int32, n)}
	var small, large []int32
	for i, w := range weights {
		a.keep[i], a.other[i] = w*float64(n)/sum, int32(i)
		if a.keep[i] < 1 {
			small = append(small, int32(i))
		} else {
			large = append(large, int32(i))
		}
	}
	for len(small) > 0 && len(large) > 0 {
		s, l := small[len(small)-1], large[len(large)-1]
		small = small[:len(small)-1]
		a.other[s] = l
		if a.keep[l] -= 1 - a.keep[s]; a.keep[l] < 1 {
			large = large[:len(large)-1]
			small = append(small, l)
		}
	}
	for _, i := range append(small, large...) {
		a.keep[i] = 1 // rounding left it a hair off
	}
	return a
}

func (a *alias) next(rng *rand.Rand) int {
	i := rng.IntN(len(a.keep))
	if rng.Float64() < a.keep[i] {
		return i
	}
	return int(a.other[i])
}

// fill shares the messages out to the channels and threads and makes them.
func (n *generator) fill() {
	weights, sum := make([]float64, len(n.homes)), 0.0
	for i, c := range n.homes {
		rank := float64(i + 1)
		if c.thread != nil {
			rank *= 4
		}
		weights[i] = 1 / math.Pow(rank, 0.8)
		sum += weights[i]
	}
	left := n.o.Messages
	for i := len(n.homes) - 1; i >= 0; i-- {
		count := min(left, int(float64(n.o.Messages)*weights[i]/sum))
		if i == 0 {
			count = left // the busiest takes the rest
		}
		left -= count
		n.channel(n.homes[i], i, count)
	}
}

// channel makes the messages of the i-th home. Bits of i in the ids keep them apart from those of
// other homes.
func (n *generator) channel(c *channel, i, count int) {
	rows := make([]row, 0, count)
	last, inc := int64(0), 0
	parent := n.g.channels[c.parent]
	n.times(count, func(ms int64) {
		if ms == last && inc < 63 {
			inc++
		} else {
			ms, inc = max(ms, last+1), 0
		}
		last = ms
		r := row{id: snowflake.AtMs(ms) | snowflake.ID(i&0xFFFF)<<6 | snowflake.ID(inc)}
		n.dress(&r, len(rows))
		rows = append(rows, r)
	})
	if c.thread != nil && len(rows) > 0 {
		n.startRow(c, parent, &rows[0])
	}
	c.rows.list = rows
	if t := c.thread; t != nil {
		t.stamp = time.UnixMilli(max(last, c.id.Ms())).Add(24*time.Hour + time.Duration(n.rng.IntN(1e6))*time.Microsecond)
		t.sent = count
	}
}

// startRow makes a thread's first row what it is at Discord's: a post's has the thread's id and
// is its owner's, another thread's is of type 21.
func (n *generator) startRow(c, parent *channel, r *row) {
	r.author = n.g.s.users.author(c.thread.owner)
	r.ref, r.flags = 0, 0
	if parent.kind == ForumChannel {
		r.id, r.kind = c.id, 0
		return
	}
	r.kind = 21
}

// times calls f with count rising times (Unix ms): bursts of talk, pauses that grow with how quiet
// the channel is, now and then several messages in one millisecond.
func (n *generator) times(count int, f func(ms int64)) {
	if count == 0 {
		return
	}
	span := float64(n.end - n.start - 1)
	seed := [2]uint64{n.rng.Uint64(), n.rng.Uint64()}
	// The first pass measures, the second uses: both draw the same numbers.
	pass := func(talk, pause float64, f func(ms int64)) (talks, pauses float64) {
		rng := rand.New(rand.NewPCG(seed[0], seed[1]))
		for range count {
			switch k := rng.IntN(200); {
			case k == 0: // the same millisecond
			case k < 150:
				talks += 500 + rng.Float64()*30_000
			default:
				pauses += rng.ExpFloat64()
			}
			if f != nil {
				f(n.start + int64(talks*talk+pauses*pause))
			}
		}
		return talks, pauses
	}
	talks, pauses := pass(0, 0, nil)
	talk := 1.0
	if talks > span/2 {
		talk = span / 2 / talks
	}
	pause := 0.0
	if pauses > 0 {
		pause = (span - talks*talk) / pauses
	}
	pass(talk, pause, f)
}

// dress gives a row its author and type.
func (n *generator) dress(r *row, at int) {
	r.author = n.pick()
	switch k := n.rng.IntN(1000); {
	case k < 250:
		if at > 0 {
			r.kind, r.ref = 19, uint32(1+n.rng.IntN(min(at, 20)))
		}
	case k < 265:
		r.kind = 7
	case k < 270:
		r.kind = 6
	case k < 275:
		r.kind = 18
	case k < 280:
		r.kind = 8
	case k < 310:
		r.kind, r.author = 20, n.bots[n.rng.IntN(len(n.bots))]
	case k < 350:
		r.author = n.bots[n.rng.IntN(len(n.bots))]
	case k < 370:
		r.author = n.webhooks[n.rng.IntN(len(n.webhooks))]
	case k < 372:
		r.flags = 1 << 12 // SUPPRESS_NOTIFICATIONS
	}
}
