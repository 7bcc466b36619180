package rest

import (
	"sync"
	"time"
)

// pace is how many pages of one channel's history may follow each other: at most so many in a span, counted
// from their answers, so that no such span sees more where Discord stands, whatever the network's delays are.
// It is the same for all channels, because Discord's limit is the route's.
//
// What Discord allows is documented nowhere, was seen between 1 and 5 a second, and may change at any time.
// So the pace begins with what everybody measured (historyBurst) and is found out by a scout: one channel with
// much left to read goes on without waiting until its limit is used up. That tells the number and the span, to
// all channels at once:
//
//   - the answer that uses the limit up says Remaining: 0, or it is a 429; either says when the span ends;
//   - the span began with the oldest of the answers that used it up.
//
// A scout whose answers tell the truth meets Remaining: 0 and nothing is refused. So one is sent out as soon as
// the remaining requests were seen to count down. While Discord claims 999 of 1000, as it was seen to
// (https://github.com/discord/discord-api-docs/issues/8161), a scout costs one refusal. So it is
// sent only when there have been 200 requests for each refusal.
//
// Any other refusal lowers the pace at once. Discord's limit may also rise, so scouts go out now and then, the
// more seldom the less they find.
type pace struct {
	fixed bool

	mu sync.Mutex
	measure
	news    chan struct{} // closed when a wait may have become shorter
	changed time.Time

	asked, refused int // requests, of all routes
	truths         int // answers in which the remaining requests counted down; below 0: then one was refused all the same

	scout    *bucket   // goes on without waiting
	until    time.Time // unless it asks for nothing until then
	rested   time.Time // no scout before
	interval time.Duration
	price    int // in refusals
}

// measure is so many requests of a channel in a span of time.
type measure struct {
	most int
	span time.Duration
}

const (
	// historyBurst pages in historySpan is what was measured again and again
	// (https://github.com/EionRobb/purple-discord/issues/378).
	historyBurst = 5
	historySpan  = 5 * time.Second

	// shortestSpan and longestSpan bound what is believed of a limit.
	shortestSpan, longestSpan = 100 * time.Millisecond, time.Minute
)

// newPace returns a pace that is found out, or a fixed one.
func newPace(perSecond float64) *pace {
	p := &pace{measure: measure{historyBurst, historySpan}, news: make(chan struct{}), interval: scoutsApart, price: 1}
	if perSecond > 0 {
		p.fixed, p.span = true, time.Duration(historyBurst/perSecond*float64(time.Second))
	}
	return p
}

// wait returns how long a bucket with so many pages left has to wait, and what closes when it may be shorter.
func (p *pace) wait(b *bucket, pages float64) (time.Duration, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(b.answered) < p.most {
		return 0, p.news
	}
	d := time.Until(b.answered[len(b.answered)-p.most].Add(p.span))
	if d > 0 && p.sendsOut(b, pages) {
		d = 0
	}
	return d, p.news
}

// longest is how long an answer may matter to the pace.
func (p *pace) longest() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return max(p.span, historySpan)
}

// count notes an answer of any route.
func (p *pace) count(refused bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked++
	if refused {
		p.refused++
	} else if p.asked == askedPerRefusal*(p.refused+p.price) {
		p.tell()
	}
}

// tell wakes those that wait. mu is held.
func (p *pace) tell() {
	close(p.news)
	p.news = make(chan struct{})
}
