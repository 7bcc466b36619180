package gate

import (
	"slices"

	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// run is a row of jobs that are written in one step. What is decided for one of them must not depend
// on the others, for all are held against the log as it was before. So live messages and pages of the
// import, which are on two sides, may share a run; deletes have runs of their own, and so have pages
// for the stream side; of a channel there is one page; a decision stands alone.
type run struct {
	gate     *Gate
	kind     runKind
	channels map[snowflake.ID]bool // with a page in this run
	jobs     []*job
	failed   map[*job]error
	records  [][]eventlog.Body
}

type runKind uint8

const (
	runEmpty runKind = iota
	runMessages
	runStream
	runDeletes
	runAlone
)

func (j *job) runKind() runKind {
	switch {
	case j.decide != nil || j.swap != nil || j.erase != nil:
		return runAlone
	case j.deleted != nil:
		return runDeletes
	case j.origin == eventlog.Live || j.imp != 0:
		return runMessages
	}
	return runStream
}

func newRun(g *Gate) *run {
	return &run{gate: g, channels: map[snowflake.ID]bool{}, failed: map[*job]error{}}
}

// add takes a job into the run if it fits there.
func (r *run) add(j *job) bool {
	kind, paged := j.runKind(), j.messages != nil && j.origin != eventlog.Live
	if r.kind != runEmpty && (kind != r.kind || kind == runAlone || paged && r.channels[j.channel]) || len(r.jobs) == maxRun {
		return false
	}
	r.kind = kind
	r.channels[j.channel] = r.channels[j.channel] || paged
	r.jobs = append(r.jobs, j)
	return true
}

// finish decides what is new, writes it, and tells those who wait. What came live comes only once, so while
// the log can't be asked about it, the run is kept and decided again.
func (r *run) finish() {
	late := r.gate.late
	for r.decide(); r.losesLive() && r.gate.pause(); r.decide() {
		r.gate.forgetRecent()
		r.gate.late = late
		r.records = nil
		clear(r.failed)
	}
	err := r.write()
	if err != nil || len(r.failed) > 0 || r.archives() {
		r.gate.forgetRecent() // it notes what was to be written as held, and not from where
	}
	for _, j := range r.jobs {
		if failed := r.failed[j]; failed != nil {
			j.finish(failed)
		} else {
			j.finish(err)
		}
	}
}

func (r *run) archives() bool {
	return slices.ContainsFunc(r.jobs, func(j *job) bool { return j.origin == eventlog.Archive })
}

func (r *run) decide() {
	for _, j := range r.jobs {
		r.gate.mask(j.messages)
	}
	switch r.kind {
	case runMessages, runStream:
		r.decideMessages()
	case runDeletes:
		r.note(r.gate.deletes(r.jobs))
	case runAlone:
		r.decideAlone(r.jobs[0])
	}
}

// note adds records, or fails the jobs that they are of: all, if none is named.
func (r *run) note(record []eventlog.Body, err error, jobs ...*job) {
	if err == nil {
		if len(record) > 0 {
			r.records = append(r.records, record)
		}
		return
	}
	if len(jobs) == 0 {
		jobs = r.jobs
	}
	for _, j := range jobs {
		r.failed[j] = err
	}
}

func (r *run) decideMessages() {
	live := map[snowflake.ID][]*job{}
	for _, j := range r.jobs {
		if j.origin == eventlog.Live {
			live[j.channel] = append(live[j.channel], j)
			continue
		}
		bodies, err := r.gate.page(j)
		if j.origin == eventlog.Archive && err == nil { // many pages, each a record of its own as history's are
			for _, page := range bodies {
				r.note([]eventlog.Body{page}, nil)
			}
			continue
		}
		r.note(bodies, err, j)
	}
	var record []eventlog.Body // all that came live together is one record, with a page for each channel
	for channel, jobs := range live {
		bodies, err := r.gate.livePages(channel, jobs)
		if err != nil {
			r.note(nil, err, jobs...)
			continue
		}
		record = append(record, bodies...)
	}
	r.note(record, nil)
}

func (r *run) decideAlone(j *job) {
	if j.swap != nil {
		r.note(nil, r.gate.swap(j.swap), j)
		return
	}
	if j.erase != nil {
		r.note(nil, r.gate.hide(j.erase), j)
		return
	}
	record, err := j.decide(r.gate.state)
	r.gate.maskBodies(record)
	r.note(record, err, j)
}
