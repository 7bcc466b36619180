package main

import (
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"time"
)

// result is what was measured of a peer.
type result struct {
	entry
	append  float64       // messages a second, durable
	recount float64       // messages a second
	bytes   float64       // a message, on disk
	live    time.Duration // the median of one durable message
}

// measure runs a peer through it all, in the folder dir. It fails if the peer counts wrongly.
func measure(dir string, e entry, made history, live int) (r result, err error) {
	r.entry = e
	p, err := e.open(dir)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	if err := r.history(p, made); err != nil {
		return r, err
	}
	if e.reopen != nil {
		if err := p.close(); err != nil {
			return r, err
		}
		if p, err = e.reopen(dir); err != nil {
			return r, err
		}
	}
	r.live, err = medianLive(p, made, live)
	return r, err
}

func (r *result) history(p peer, made history) error {
	runtime.GC() // no peer pays for the one before
	begin := time.Now()
	for batch := range slices.Chunk(made.pages, r.batch) {
		if err := p.append(batch); err != nil {
			return err
		}
	}
	if err := p.finish(); err != nil {
		return err
	}
	r.append = float64(made.messages) / time.Since(begin).Seconds()
	used, err := p.used()
	if err != nil {
		return err
	}
	r.bytes = float64(used) / float64(made.messages)
	runtime.GC()
	begin = time.Now()
	counts, err := p.recount()
	if err != nil {
		return err
	}
	r.recount = float64(made.messages) / time.Since(begin).Seconds()
	if !maps.Equal(counts, made.truth) {
		return fmt.Errorf("it counts %d people, and not the messages that the %d people wrote", len(counts), len(made.truth))
	}
	return nil
}

// best takes of each figure the better one.
func (r result) best(o result) result {
	r.append, r.recount = max(r.append, o.append), max(r.recount, o.recount)
	r.bytes, r.live = min(r.bytes, o.bytes), min(r.live, o.live)
	return r
}

func medianLive(p peer, made history, n int) (time.Duration, error) {
	took := make([]time.Duration, n)
	for i := range took {
		m := made.live(i)
		begin := time.Now()
		if err := p.live(m); err != nil {
			return 0, err
		}
		took[i] = time.Since(begin)
	}
	slices.Sort(took)
	return took[n/2], nil
}
