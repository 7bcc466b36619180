package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
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

// measure gives the history to one peer after the other, each in a folder of its own in dir, and then the live
// messages to all of them in turn, so that what disturbs one disturbs all. It fails if a peer counts
// wrongly.
func measure(dir string, all []entry, made history, live int) (results []result, err error) {
	if dir, err = os.MkdirTemp(dir, "peerbench-"); err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	var peers []peer
	defer func() {
		for _, p := range peers {
			err = errors.Join(err, p.close())
		}
	}()
	for i, e := range all {
		r := result{entry: e}
		p, err := r.filled(filepath.Join(dir, strconv.Itoa(i)), made)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.name, err)
		}
		results, peers = append(results, r), append(peers, p)
	}
	return results, liveInTurn(results, peers, made, live)
}

// filled opens a peer, gives it the history and measures that.
func (r *result) filled(dir string, made history) (peer, error) {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	p, err := r.open(dir)
	if err != nil {
		return nil, err
	}
	if err := r.history(p, made); err != nil {
		return nil, errors.Join(err, p.close())
	}
	if r.reopen == nil {
		return p, nil
	}
	if err := p.close(); err != nil {
		return nil, err
	}
	return r.reopen(dir)
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
	for begin := time.Now(); time.Since(begin) < recounting; {
		if err := r.recounted(p, made); err != nil {
			return err
		}
	}
	return nil
}

// recounting is how long peers are recounted from, again and again: a tenth of a second would be chance.
const recounting = time.Second

func (r *result) recounted(p peer, made history) error {
	begin := time.Now()
	counts, err := p.recount()
	if err != nil {
		return err
	}
	r.recount = max(r.recount, float64(made.messages)/time.Since(begin).Seconds())
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

// liveInTurn gives n messages, one at a time, to all peers.
func liveInTurn(results []result, peers []peer, made history, n int) error {
	took := make([][]time.Duration, len(peers))
	for i := range n {
		m := made.live(i)
		for j, p := range peers {
			begin := time.Now()
			if err := p.live(m); err != nil {
				return fmt.Errorf("%s: %w", results[j].name, err)
			}
			took[j] = append(took[j], time.Since(begin))
		}
	}
	for j := range results {
		slices.Sort(took[j])
		results[j].live = took[j][n/2]
	}
	return nil
}
