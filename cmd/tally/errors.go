package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"

	"tally/bot/rest"
	"tally/bot/session"
	"tally/eventlog"
)

// adviceError is an error with what to do about it.
type adviceError struct {
	error
	advice string
	code   int
}

func (e *adviceError) Unwrap() error { return e.error }

// usage marks an error of the caller.
func usage(err error, advice string) error { return &adviceError{err, advice, exitUsage} }

// advise adds to an error what to do about it.
func advise(err error, advice string) error { return &adviceError{err, advice, exitFailed} }

// known tells what to do about errors from deeper down; the first that fits is taken.
var known = []struct {
	err    error
	advice string
	code   int
}{
	{eventlog.ErrNoLog, "", exitUsage}, // they say it themselves
	{eventlog.ErrNotLog, "", exitFailed},
	{eventlog.ErrNewerVersion, "", exitFailed},
	{eventlog.ErrInUse, "A bot of this version that holds it carries out the commands that read; any bot also answers in Discord: /import-status, /verify-message-counts, /leaderboard.", exitFailed},
	{eventlog.ErrNotFound, "`tally log ls` lists the events and their ULIDs.", exitFailed},
	{fs.ErrPermission, "Give the user who runs tally the right to it, or choose another folder with --data.", exitFailed},
	{syscall.ENOTDIR, "Is that path right? A part of it is a file, no folder.", exitUsage},
	{syscall.ENOSPC, "Make room on that disk, or move the data folder to a larger one. What was counted until now is kept.", exitFailed},
	{syscall.EROFS, "Mount it writable, or choose another folder with --data.", exitFailed},
	{session.ErrToken, "Copy the whole token from https://discord.com/developers/applications, your application, Bot, Reset Token.", exitFailed},
	{session.ErrIntents, "On the same page allow the bot its intents; Tally asks for no privileged ones.", exitFailed},
	{session.ErrRefused, "Is there a newer tally? Discord may have ended what this one speaks.", exitFailed},
	{rest.ErrBanned, "Wait for as long as it says. Does another program ask Discord too much from this address?", exitFailed},
	{rest.ErrTooManyInvalid, "Wait for as long as it says, then look with `tally doctor` for what is refused.", exitFailed},
	{rest.ErrUnavailable, "Is the network up? If --discord-url is given, is the server there? Nothing is lost: start it again later.", exitFailed},
	{context.Canceled, "", exitFailed},
}

// adviceOn looks an error up among the known ones.
func adviceOn(err error) (advice string, code int, ok bool) {
	for _, k := range known {
		if errors.Is(err, k.err) {
			return k.advice, k.code, true
		}
	}
	return "", exitFailed, false
}

// fail says on stderr what went wrong, if anything, and returns the exit code.
func (t *terminal) fail(err error) int {
	if err == nil {
		return exitFine
	}
	if ended, ok := errors.AsType[endedError](err); ok {
		return int(ended)
	}
	text, advice, code := err.Error(), "", exitFailed
	if e, ok := errors.AsType[*adviceError](err); ok {
		advice, code = e.advice, e.code
	} else if _, ok := errors.AsType[*eventlog.CorruptError](err); ok {
		advice = "`tally log check` names every damaged record. Restore the log from a backup."
	} else if errors.Is(err, context.Canceled) && t.ctx.Err() != nil {
		text, advice = "interrupted", "Give the command again."
	} else {
		advice, code, _ = adviceOn(err)
	}
	t.say("tally: %s", strings.TrimSpace(text))
	if advice != "" {
		t.say("%s", advice)
	}
	return code
}

// count writes a number with its noun: 1 message, 2,000 messages.
func count[T int | int64 | uint64](n T, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%s %s", number(n), noun)
}
