package eventlog

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/oklog/ulid/v2"
)

// compactDir is set where the test binary runs as a second process that compacts the log there, then rewrites its
// file, and prints a line at each step.
const compactDir = "TALLY_TEST_COMPACT"

func helpCompact(dir string) int {
	l, err := Open(dir, Options{Segment: 100})
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		return 1
	}
	for more := true; more; {
		fmt.Println("step")
		step, err := l.CompactStep(1, always)
		if err != nil {
			_, _ = fmt.Fprintln(os.Stderr, err)
			return 1
		}
		more = step.More
	}
	if err := l.Close(); err != nil {
		return 1
	}
	fmt.Println("rewriting")
	if _, err := Shrink(dir, func(int64, int64) { fmt.Println("copying") }); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println("done")
	return 0
}

// TestKilledWhileCompacting kills a process that compacts a log, again and again, until one gets to the end: nothing is
// ever lost. TALLY_KILLS sets how often.
func TestKilledWhileCompacting(t *testing.T) {
	kills, _ := strconv.Atoi(os.Getenv("TALLY_KILLS"))
	if kills == 0 {
		kills = 10
	}
	origin, people := t.TempDir(), newTraffic(1, 10, 50)
	l := open(t, origin, Options{NoSync: true, Segment: 100, Clock: msClock(func() int64 { return people.ms })})
	appendTraffic(t, l, people, 6000)
	want := eventsOf(t, l.AllRecords(ulid.ULID{}))
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	log, err := os.ReadFile(filepath.Join(origin, FileName))
	if err != nil {
		t.Fatal(err)
	}
	dir, done := "", 0
	for killed := 0; killed < kills; {
		if dir == "" {
			if dir = t.TempDir(); os.WriteFile(filepath.Join(dir, FileName), log, 0o600) != nil {
				t.Fatal("the log was not copied")
			}
		}
		cmd, lines := startSelf(t, compactDir, dir)
		// Nobody knows where in its work the process is when it has printed so many lines.
		last := ""
		for range 1 + rand.IntN(40) {
			if !lines.Scan() {
				break
			}
			last = lines.Text()
		}
		_ = cmd.Process.Kill() // it may have ended
		for lines.Scan() {
			last = lines.Text()
		}
		_ = cmd.Wait()
		wantEvents(t, dir, want, fmt.Sprintf("kill %d, after %q", killed, last))
		if killed++; last == "done" {
			dir = ""
			done++
		}
	}
	t.Logf("%d kills, %d times to the end", kills, done)
}
