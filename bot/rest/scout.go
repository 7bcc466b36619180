package rest

import "time"

const (
	// askedPerRefusal is the most that Tally lets be refused: fewer than one in so many.
	askedPerRefusal = 200
	// truthsEnough is how often the remaining requests must be seen to count down before they are believed.
	truthsEnough = 3
	// scoutMost is where a scout has seen enough: that many pages of one channel in historySpan are most of
	// what Discord's 50 requests a second leave to all.
	scoutMost = 200
	// scoutIdle ends the errand of a scout that asks for nothing more.
	scoutIdle = 2 * time.Second
	// Scouts go out at most, and at least, so often while there is much to read.
	scoutsApart, scoutsFarApart = 30 * time.Second, 16 * time.Minute
)

// sendsOut reports whether a bucket may go on without waiting, as a scout.
func (p *pace) sendsOut(b *bucket, pages float64) bool {
	now := time.Now()
	switch {
	case p.fixed:
		return false
	case p.scout != nil && now.Before(p.until):
		if p.scout != b {
			return false
		}
	case pages < float64(2*p.most), now.Before(p.rested), p.truths < truthsEnough && !p.mayBeRefused(p.price):
		return false
	}
	p.scout, p.until = b, now.Add(scoutIdle)
	return true
}

// mayBeRefused reports whether so many refusals more are fewer than one in askedPerRefusal.
func (p *pace) mayBeRefused(n int) bool { return p.asked >= askedPerRefusal*(p.refused+n) }

// scouts reports whether a bucket is out as a scout: then nothing else goes before it.
func (p *pace) scouts(b *bucket) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.scout == b && time.Now().Before(p.until)
}

// scoutRefused learns from a 429 without a number. The first one only tells when a window ends: what comes
// then, up to the next one, is a whole window.
func (p *pace) scoutRefused(b *bucket, end time.Time) {
	p.price = 2
	if b.opened.IsZero() {
		if p.mayBeRefused(1) {
			b.opened, p.until = end, end.Add(scoutIdle)
			return
		}
	} else if m, known := p.measured(b, b.since(b.opened.Add(-1)), end); known {
		p.set(m)
	}
	p.back()
}

// back ends a scout's errand. The less they find, the more seldom they go out.
func (p *pace) back() {
	p.scout.opened = time.Time{}
	p.scout, p.rested = nil, time.Now().Add(p.interval)
	p.interval = min(2*p.interval, scoutsFarApart)
}
