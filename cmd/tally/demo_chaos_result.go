package main

import (
	"errors"
	"fmt"
	"sync"
)

// The kinds of faults, as they are listed.
const (
	faultDrop   = "gateway: connection dropped, resumable"
	faultLost   = "gateway: connection dropped, session lost"
	faultOp7    = "gateway: told to reconnect (op 7)"
	faultOp9    = "gateway: session invalid (op 9)"
	faultTwice  = "gateway: events delivered twice"
	faultAgain  = "gateway: old messages delivered again"
	faultGhost  = "gateway: deleted messages delivered again"
	faultLate   = "gateway: messages overtaken by newer ones"
	fault429    = "REST: 429 for a route"
	faultGlobal = "REST: 429 for everything"
	fault500    = "REST: 500"
	fault502    = "REST: 502"
	fault503    = "REST: 503"
	faultCut    = "REST: connection cut"
	faultDelete = "people: messages deleted one by one"
	faultBulk   = "people: messages deleted in bulk"
	faultThread = "people: threads opened while the bot was down"
)

var faultKinds = []string{
	faultDrop, faultLost, faultOp7, faultOp9, faultTwice, faultAgain, faultGhost, faultLate,
	fault429, faultGlobal, fault500, fault502, fault503, faultCut, faultDelete, faultBulk, faultThread,
}

// survived is what the bot went through.
type survived struct {
	Faults     map[string]int `json:"faults"`
	Restarts   int            `json:"restarts"` // each after a kill of its process
	Begun      int            `json:"sessions_begun"`
	Resumed    int            `json:"sessions_resumed"`
	GapsOpened int            `json:"gaps_opened"`
	GapsClosed int            `json:"gaps_closed"`
	Missed     int            `json:"deletes_missed"`    // sent as the bot was cut off
	Forgotten  int            `json:"deletes_forgotten"` // sent over a good connection, and not known
	Repair     *repair        `json:"repair,omitempty"`

	mu sync.Mutex // guards Faults
}

func newSurvived() *survived { return &survived{Faults: map[string]int{}} }

func (s *survived) add(kind string, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Faults[kind] += n
}

// err says what is wrong that the counts, once they are mended, don't show.
func (s *survived) err() error {
	switch {
	case s.Forgotten > 0:
		return fmt.Errorf("the bot does not know of %s that it was told of", count(s.Forgotten, "delete"))
	case s.GapsOpened != s.GapsClosed:
		return fmt.Errorf("%s opened and %s closed", count(s.GapsOpened, "gap"), number(s.GapsClosed))
	case s.Restarts != chaosLives-1:
		return errors.New("the bot was not restarted as often as planned")
	case s.Repair != nil && (s.Repair.Missing != "0" || s.Repair.extra() > s.Missed):
		return fmt.Errorf("the repair found more than %s explain: %s missing, %s extra", count(s.Missed, "missed delete"), s.Repair.Missing, s.Repair.Extra)
	}
	return nil
}

// write lists it.
func (s *survived) write(t *terminal) {
	t.print("\nSurvived")
	var rows [][2]string
	for _, kind := range faultKinds {
		rows = append(rows, [2]string{kind, number(s.Faults[kind])})
	}
	mended := "not needed: every delete was learned of"
	if s.Repair != nil {
		mended = fmt.Sprintf("%s came as the bot was cut off; %s missing and %s too many were found and mended",
			count(s.Missed, "delete"), s.Repair.Missing, s.Repair.Extra)
	}
	t.facts(append(rows,
		[2]string{"restarts", fmt.Sprintf("%d, each after the bot's process was killed (SIGKILL) in the middle of the import", s.Restarts)},
		[2]string{"gateway sessions", fmt.Sprintf("%s begun, %s resumed", number(s.Begun), number(s.Resumed))},
		[2]string{"gaps", fmt.Sprintf("%s opened, %s closed", number(s.GapsOpened), number(s.GapsClosed))},
		[2]string{"repair", mended},
	)...)
}
