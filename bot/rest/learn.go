package rest

import (
	"math"
	"net/http"
	"strconv"
	"time"
)

// answer is what an answer says of its bucket's limit. The zero value says nothing.
type answer struct {
	limit, remaining int           // -1: nothing is said
	wait             time.Duration // how long the limit is used up
	refused          bool
	sent             time.Time // its request
}

func answerOf(h http.Header, wait time.Duration, refused bool, sent time.Time) answer {
	return answer{number(h, "X-RateLimit-Limit"), number(h, "X-RateLimit-Remaining"), wait, refused, sent}
}

// learn takes what an answer to a request of b says of the limit. b.mu is held.
func (p *pace) learn(b *bucket, a answer) {
	if p.fixed {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case a.refused:
		p.truths = math.MinInt
	case a.limit > 0 && a.limit == b.limit && a.remaining == b.remaining-1:
		if p.truths++; p.truths == truthsEnough {
			p.tell()
		}
	}
	b.limit, b.remaining = a.limit, a.remaining
	switch {
	case a.wait > 0:
		p.usedUp(b, a, time.Now().Add(a.wait))
	case p.scout == b && len(b.answered) >= scoutMost && time.Since(b.answered[len(b.answered)-scoutMost]) < historySpan:
		p.set(measure{scoutMost, historySpan})
		p.back()
	}
}

// usedUp learns from a limit that is used up until end. The limit that a 429 names is the true one.
func (p *pace) usedUp(b *bucket, a answer, end time.Time) {
	m, known := p.measured(b, a.limit, end)
	switch scouted := p.scout == b; {
	case a.refused && !a.sent.After(p.changed): // it was on its way when the pace changed
	case known && a.refused && !scouted && p.equals(m):
		p.stretch()
	case known:
		p.set(m)
		if scouted {
			p.back()
		}
	case !a.refused:
	case scouted:
		p.scoutRefused(b, end)
	default:
		if got := max(b.since(end.Add(-p.span)), 1); got < p.most {
			p.set(measure{got, p.span})
		} else {
			p.stretch()
		}
	}
}

// measured returns the limit that the last answers of a bucket, so many, have used up until end; false if
// somebody else had a part in that.
func (p *pace) measured(b *bucket, most int, end time.Time) (measure, bool) {
	if most <= 0 || most > min(len(b.answered), keptAnswers) {
		return measure{}, false
	}
	span := end.Sub(b.answered[len(b.answered)-most]) + time.Millisecond // which is as exact as Discord tells it
	return measure{most, min(max(span, shortestSpan), longestSpan)}, true
}

// equals allows for the delays of the network.
func (p *pace) equals(m measure) bool {
	return m.most == p.most && (m.span-p.span).Abs() <= p.span/50
}

func (p *pace) set(m measure) {
	if p.equals(m) {
		return
	}
	p.measure, p.changed, p.interval = m, time.Now(), scoutsApart
	p.tell()
}

// stretch lowers a pace at which something was refused, so that it wasn't quite right.
func (p *pace) stretch() {
	p.span, p.changed = min(p.span+p.span/10, longestSpan), time.Now()
}

// number reads a header that holds a whole number; -1 when there is none.
func number(h http.Header, name string) int {
	n, err := strconv.Atoi(h.Get(name))
	if err != nil {
		return -1
	}
	return n
}
