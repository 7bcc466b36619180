package doctor

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/dustin/go-humanize"

	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// Checks of the data folder.
const (
	checkFolder = "folder"
	checkSpace  = "space"
	checkSpeed  = "speed"
)

// NoFolder reports all that can't be looked at without a data folder.
func NoFolder(report func(Finding)) {
	report(Finding{Check: checkFolder, State: Skipped, Found: "none given: neither a folder nor a log was looked at", Todo: "Give --data DIR."})
}

// Folder looks at a data folder, or at where it would be made: whether it can be written to, the space, and how
// long small commits take.
func Folder(dir string, report func(Finding)) {
	where, there, err := nearest(dir)
	if err != nil {
		report(folderFinding(dir, there, err))
		return
	}
	latencies, err := try(where)
	report(folderFinding(dir, there, err))
	if free, err := freeSpace(where); err != nil {
		report(Finding{Check: checkSpace, State: Skipped, Found: err.Error()})
	} else {
		report(spaceFinding(free))
	}
	if len(latencies) > 0 {
		report(speedFinding(latencies))
	}
}

// nearest returns a folder if it is there, else the one in which it would be made.
func nearest(dir string) (where string, there bool, err error) {
	if dir, err = filepath.Abs(dir); err != nil {
		return "", false, err
	}
	for where = dir; ; where = filepath.Dir(where) {
		info, err := os.Stat(where)
		switch {
		case err == nil && info.IsDir():
			return where, where == dir, nil
		case err == nil:
			return "", false, fmt.Errorf("%s is a file", where)
		case !errors.Is(err, fs.ErrNotExist) || where == filepath.Dir(where):
			return "", false, err
		}
	}
}

// commits is how many are timed: enough that one slow one doesn't decide.
const commits = 25

// try keeps a log of its own in the folder for a moment and appends to it as live tracking does, a message a
// commit. It returns how long each commit took.
func try(dir string) (latencies []time.Duration, err error) {
	own, err := os.MkdirTemp(dir, "doctor-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(own)) }()
	log, err := eventlog.Open(own, eventlog.Options{})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	for n := range commits {
		page, err := eventlog.NewPage(eventlog.Live, 0, 1, []eventlog.Message{{ID: snowflake.At(time.Now()) + snowflake.ID(n), Author: 1}})
		if err != nil {
			return latencies, err
		}
		begun := time.Now()
		if _, err := log.Append(1, []eventlog.Body{page}); err != nil {
			return latencies, err
		}
		latencies = append(latencies, time.Since(begun))
	}
	return latencies, nil
}

func folderFinding(dir string, there bool, err error) Finding {
	switch {
	case err != nil:
		return Finding{Check: checkFolder, State: Failed, Found: fmt.Sprintf("%s can't be written to: %v", dir, err),
			Todo: "Give the user who runs tally a folder that it can write to, on a disk that isn't full."}
	case !there:
		return Finding{Check: checkFolder, State: OK, Found: dir + " is not there yet: `tally run` makes it"}
	}
	return Finding{Check: checkFolder, State: OK, Found: dir + " can be written to"}
}

// Bytes that should be free: the file grows by 16 MB at a time, and 10 million messages take about 200 MB.
const (
	leastSpace = 64 << 20
	someSpace  = 1 << 30
)

func spaceFinding(free uint64) Finding {
	f := Finding{Check: checkSpace, State: OK, Found: humanize.IBytes(free) + " free"}
	if free < someSpace {
		f.State, f.Todo = Warning, "Make room: a log needs about 20 bytes for each message. A full disk stops the count, and loses nothing that was counted."
	}
	if free < leastSpace {
		f.State = Failed
	}
	return f
}

// slowCommit is a commit after which people would wait for answers, and an import for its pages.
const slowCommit = 100 * time.Millisecond

func speedFinding(latencies []time.Duration) Finding {
	slices.Sort(latencies)
	median, longest := latencies[len(latencies)/2], latencies[len(latencies)-1]
	f := Finding{Check: checkSpeed, State: OK, Found: fmt.Sprintf("a small commit takes %s, the longest of %d took %s",
		median.Round(10*time.Microsecond), len(latencies), longest.Round(10*time.Microsecond))}
	if median > slowCommit {
		f.State, f.Todo = Warning, "Move the data folder to a local disk, an SSD if there is one. Messages are counted all the same, only later."
	}
	return f
}
