package gate

import (
	"errors"
	"slices"
	"time"

	"tally/eventlog"
)

// losesLive reports whether something failed that nobody would give again, and that may work later. A damaged
// record stays damaged: to wait for it would stop all counting.
func (r *run) losesLive() bool {
	for j, err := range r.failed {
		var damaged *eventlog.CorruptError
		switch {
		case j.outcome != nil:
		case errors.As(err, &damaged):
			r.gate.slog.Error("an event is not counted, for the log is damaged where it would be", "channel", j.channel, "error", err)
		default:
			r.gate.slog.Error("the log can't be asked; what came live is kept and tried again", "channel", j.channel, "error", err)
			return true
		}
	}
	return false
}

// write commits the run. What came live comes only once, so on a failing disk it is kept and tried
// again, until it works or the gate is closed. Others are told, and may try again themselves.
func (r *run) write() error {
	for {
		err := r.gate.commit(r.records)
		if err == nil {
			return nil
		}
		if !slices.ContainsFunc(r.jobs, func(j *job) bool { return j.outcome == nil }) {
			return err
		}
		r.gate.slog.Error("can't write to the log; what came live is kept and tried again", "error", err)
		if !r.gate.pause() {
			return err
		}
	}
}

// pause waits until a failing log may be tried again; false when the gate is closed by then.
func (g *Gate) pause() bool {
	select {
	case <-time.After(retryAppend):
		return true
	case <-g.stop:
		return false
	}
}
