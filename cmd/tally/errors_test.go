package main

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
	"testing"

	"tally/bot/rest"
	"tally/bot/session"
	"tally/eventlog"
)

// TestRunErrors: whatever ends the bot, the last line says what to do.
func TestRunErrors(t *testing.T) {
	for err, want := range map[error]string{
		session.ErrToken:       "Reset Token",
		session.ErrIntents:     "intents",
		session.ErrRefused:     "newer tally",
		rest.ErrUnavailable:    "Is the network up",
		rest.ErrBanned:         "Wait",
		rest.ErrTooManyInvalid: "tally doctor",
		fs.ErrPermission:       "--data",
		syscall.ENOSPC:         "Make room",
		syscall.EROFS:          "Mount it writable",
		eventlog.ErrInUse:      "/import-status",
		&rest.Error{Route: "PUT /applications/{id}/commands", Status: 403, Code: 50001, Message: "Missing Access"}: "tally doctor",
		errors.New("something new"): "`tally doctor`, with the same flags,",
	} {
		var out, talk strings.Builder
		cmd := runCmd{}
		code := newTerminal(strings.NewReader(""), &out, &talk).fail(cmd.explain(fmt.Errorf("run: %w", err)))
		said, advice, _ := strings.Cut(talk.String(), "\n")
		if code != exitFailed || said != "tally: run: "+err.Error() || !strings.Contains(advice, want) {
			t.Errorf("%v: exit code %d, %q", err, code, talk.String())
		}
	}
}
