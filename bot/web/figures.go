package web

import (
	"maps"
	"slices"
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
	figures  *report.Figures
	until    time.Time
	erasures int // in the log, when they were read
}

func newFigures(log *eventlog.Log, now func() time.Time) *figures {
	return &figures{log: log, now: now, kept: map[snowflake.ID]kept{}}
}

// of returns a guild's figures, at most a few seconds old, and none of before somebody in it was erased. They must not be
// changed.
func (f *figures) of(guild snowflake.ID) (*report.Figures, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	begun := f.now()
	if k, ok := f.kept[guild]; ok && begun.Before(k.until) && k.erasures == f.log.Erasures(guild) {
		return k.figures, nil
	}
	for {
		erasures := f.log.Erasures(guild)
		read, err := report.Read(f.log, guild)
		if err != nil {
			return nil, err
		}
		ended := f.now()
		if erasures == f.log.Erasures(guild) { // else somebody was erased meanwhile
			f.kept[guild] = kept{read, ended.Add(max(freshFor, restFactor*ended.Sub(begun))), erasures}
			return read, nil
		}
	}
}

// keepOnly forgets the figures of guilds that the log holds no more.
func (f *figures) keepOnly(guilds []snowflake.ID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	maps.DeleteFunc(f.kept, func(id snowflake.ID, _ kept) bool { return !slices.Contains(guilds, id) })
}
