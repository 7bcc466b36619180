package main

import (
	"context"
	"sync"
	"time"

	"tally/bot/discordtest"
)

// pages lets the import read no more of the history than is due in an act, and not all at once: it shall
// be running when the bot is killed.
type pages struct {
	total int // roughly

	mu      sync.Mutex
	act     int // from 1; 0: none yet
	asked   int
	due     time.Time // the earliest time for the next page
	endless bool
}

const actReads = 4 * time.Second // an act's share of the history, at the quickest

func newPages(total int) pages { return pages{total: max(total, chaosLives)} }

func (p *pages) next(act int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.act = act
}

func (p *pages) free() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.endless = true
}

// reached reports whether the act's share has been read.
func (p *pages) reached() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked >= p.share()
}

func (p *pages) share() int { return p.total * p.act / chaosLives }

func (p *pages) percent() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return min(p.asked*100/p.total, 100)
}

// admit waits until a page is due. A page of a life that has ended meanwhile is nobody's.
func (p *pages) admit(ctx context.Context, h discordtest.HistoryRequest) {
	if h.Mode != "before" { // not an import's
		return
	}
	for act := 0; ctx.Err() == nil && !p.take(&act); {
		time.Sleep(2 * time.Millisecond)
	}
}

// take takes a page that is due. act is the one in which it was asked for, 0 at first.
func (p *pages) take(act *int) (done bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if *act == 0 {
		*act = p.act
	}
	now := time.Now()
	switch {
	case p.endless, *act != p.act:
		return true
	case p.act < chaosLives && p.asked >= p.share(), now.Before(p.due):
		return false
	}
	p.asked++
	// A pause that took longer than asked for is made up for.
	if p.due.Before(now.Add(-50 * time.Millisecond)) {
		p.due = now.Add(-50 * time.Millisecond)
	}
	p.due = p.due.Add(actReads * chaosLives / time.Duration(p.total))
	return true
}
