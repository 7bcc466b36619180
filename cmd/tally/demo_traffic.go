package main

import (
	"cmp"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"

	"tally/bot/discordtest"
	"tally/eventlog/snowflake"
)

const (
	perPage    = 100 // messages on a page of history
	typeReply  = 19
	replyShare = 4 // one message in so many is a reply
)

// traffic is people who write while the import runs: some before its start, the others spread over
// its pages, whatever is left when it ends then.
type traffic struct {
	server   *discordtest.Server
	send     func(channel snowflake.ID, m discordtest.Message)
	channels []snowflake.ID
	people   []snowflake.ID
	before   int // sent before the import starts
	total    int
	pages    int // that the import is expected to ask for

	mu    sync.Mutex
	rng   *rand.Rand
	asked int // pages
	sent  int
	by    map[written]int
}

// written is who wrote where.
type written struct{ channel, user snowflake.ID }

func newTraffic(server *discordtest.Server, v survey, total int, seed uint64) *traffic {
	people := slices.Sorted(maps.Keys(v.people))
	if len(people) == 0 {
		total = 0
	}
	return &traffic{
		server: server, send: func(channel snowflake.ID, m discordtest.Message) { server.Send(channel, m) },
		channels: v.channels, people: people, total: total, before: total / 20,
		// The last pages are one channel's: the expectation is low, so that not all is left for them.
		pages: max(v.size.Messages/perPage+v.size.Channels, 1) * 9 / 10,
		rng:   rand.New(rand.NewPCG(seed, 0x11fe)), by: map[written]int{},
	}
}

// open begins: what the import reads from now on is accompanied.
func (f *traffic) open() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sendUpTo(f.before)
	f.server.OnHistory(func(discordtest.HistoryRequest) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.asked++
		f.sendUpTo(f.before + (f.total-f.before)*min(f.asked, f.pages)/f.pages)
	})
}

// advance sends until n messages are sent.
func (f *traffic) advance(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sendUpTo(n)
}

// close sends what is left and tells what was sent.
func (f *traffic) close() liveTraffic {
	f.server.OnHistory(nil)
	f.mu.Lock()
	defer f.mu.Unlock()
	during := f.sent - min(f.before, f.sent)
	f.sendUpTo(f.total)
	l := liveTraffic{Messages: f.sent, During: during, By: []liveShare{}}
	for w, n := range f.by {
		l.By = append(l.By, liveShare{w.channel, w.user, n})
	}
	slices.SortFunc(l.By, func(a, b liveShare) int {
		return cmp.Or(cmp.Compare(a.Channel, b.Channel), cmp.Compare(a.User, b.User))
	})
	return l
}

// sendUpTo sends until n messages are sent. f.mu is held.
func (f *traffic) sendUpTo(n int) {
	for ; f.sent < n; f.sent++ {
		w := written{f.channels[f.rng.IntN(len(f.channels))], f.people[f.rng.IntN(len(f.people))]}
		m := discordtest.Message{Author: w.user}
		if f.rng.IntN(replyShare) == 0 {
			m.Type = typeReply
		}
		f.send(w.channel, m)
		f.by[w]++
	}
}
