package doctor

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/dustin/go-humanize"

	"tally/eventlog"
)

const checkLog = "log"

// Log reads a whole log and reports whether it is as it was written.
func Log(log *eventlog.Log, report func(Finding)) {
	var faults []error
	read, err := log.Check(func(err error) { faults = append(faults, err) })
	switch {
	case err != nil:
		report(Finding{Check: checkLog, State: Failed, Found: fmt.Sprintf("it can't be read to its end: %v", err), Todo: restore})
	case len(faults) > 0:
		report(Finding{Check: checkLog, State: Failed, Found: fmt.Sprintf("%d damaged, the first: %v", len(faults), faults[0]), Todo: restore})
	case read.Unknown > 0:
		report(Finding{Check: checkLog, State: Warning, Found: fmt.Sprintf("whole, but %s of its %s events are of a newer tally", number(read.Unknown), number(read.Events)),
			Todo: "Run the newer version: this one may count differently."})
	default:
		report(Finding{Check: checkLog, State: OK, Found: fmt.Sprintf("whole: %s events in %s records", number(read.Events), number(read.Records))})
	}
	if read.Erased > 0 {
		key(log.Dir(), report)
	}
}

func number(n int) string { return humanize.Comma(int64(n)) }

// key reports whether those who had themselves erased can be known again.
func key(dir string, report func(Finding)) {
	f := Finding{Check: "erasure key", State: OK, Found: eventlog.KeyName + " is there: who had himself erased is known again"}
	if _, err := eventlog.LoadKey(dir); err != nil {
		f.State, f.Found = Failed, err.Error()
		f.Todo = "Put the file back from a backup: without it the bot doesn't start counting a server from which somebody had himself erased."
	}
	report(f)
}

const restore = "`tally log check` names every damaged record. Restore the log from a backup."

// NoLog reports why a log was not opened.
func NoLog(err error, report func(Finding)) {
	f := Finding{Check: checkLog, State: Failed, Found: err.Error(), Todo: "Restore the log from a backup, or move it away to start afresh."}
	switch {
	case errors.Is(err, eventlog.ErrNoLog):
		f = Finding{Check: checkLog, State: Skipped, Found: "there is none yet: `tally run` makes it"}
	case errors.Is(err, eventlog.ErrInUse):
		f = Finding{Check: checkLog, State: Skipped, Found: "it was not looked at: " + err.Error(),
			Todo: "A bot that runs looks at it for a tally of the same version, given by the same user or root."}
	case errors.Is(err, eventlog.ErrNewerVersion):
		f.Todo = "Run the newer version."
	case errors.Is(err, fs.ErrPermission):
		f.Todo = "Give the user who runs tally the right to read it."
	}
	report(f)
}
