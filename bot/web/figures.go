package web

import (
	"sync"
	"time"

	"tally/bot/report"
	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// Figures are read from the log anew at most this often, and so that reading takes at most one part in
// restFactor of the time, however large the log is.
const (
	freshFor   = 5 * time.Second
	restFactor = 20
)

// figures keeps each guild's newest figures. One goroutine at a time reads the log for them.
type figures struct {
	log *eventlog.Log
	now func() time.Time

	mu   sync.Mutex
	kept map[snowflake.ID]kept
}

type kept struct {
	figures *report.Figures
	until   time.Time
}

func newFigures(log *eventlog.Log, now func() time.Time) *figures {
	return &figures{log: log, now: now, kept: map[snowflake.ID]kept{}}
}

// of returns a guild's figures, at most a few seconds old. They must not be changed.
func (f *figures) of(guild snowflake.ID) (*report.Figures, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	begun := f.now()
	if k, ok := f.kept[guild]; ok && begun.Before(k.until) {
		return k.figures, nil
	}
	read, err := report.Read(f.log, guild)
	if err != nil {
		return nil, err
	}
	ended := f.now()
	f.kept[guild] = kept{read, ended.Add(max(freshFor, restFactor*ended.Sub(begun)))}
	return read, nil
}
