package eventlog

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"

	"tally/eventlog/snowflake"
)

// eraseDir is set where the test binary runs as a second process that erases erasedAuthor from the log there, after it
// has printed a line.
const eraseDir = "TALLY_TEST_ERASE"

const erasedAuthor = snowflake.ID(1175168611162001408)

func helpErase(dir string) int {
	l, err := Open(dir, Options{Segment: 100})
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println("hiding")
	if err := l.Hide(1, erasedAuthor); err != nil {
		return 1
	}
	fmt.Println("hidden")
	if _, err := l.Erase(context.Background(), 1); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println("done")
	return 0
}

// TestKilledWhileErasing kills a process that erases somebody, again and again: once he is hidden nobody ever finds
// him, nothing else is lost, and the next one comes to the end. TALLY_KILLS sets how often.
func TestKilledWhileErasing(t *testing.T) {
	kills, _ := strconv.Atoi(os.Getenv("TALLY_KILLS"))
	if kills == 0 {
		kills = 10
	}
	origin, people := t.TempDir(), newTraffic(1, 10, 50)
	l := open(t, origin, Options{NoSync: true, Segment: 100, Clock: msClock(func() int64 { return people.ms })})
	people.people[3] = erasedAuthor
	appendTraffic(t, l, people, 3000)
	compact(t, l, 1, always)
	appendNaming(t, l, 1, erasedAuthor, 3000)
	before := eventsOf(t, l.AllRecords(ulid.ULID{}))
	guild1 := without(eventsOf(t, l.Records(1, ulid.ULID{})), erasedAuthor)
	guild2 := eventsOf(t, l.Records(2, ulid.ULID{}))
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	log, err := os.ReadFile(filepath.Join(origin, FileName))
	if err != nil {
		t.Fatal(err)
	}
	dir, done, begun := "", 0, 0
	for killed := range kills {
		if dir == "" {
			if dir = t.TempDir(); os.WriteFile(filepath.Join(dir, FileName), log, 0o600) != nil {
				t.Fatal("the log was not copied")
			}
		}
		cmd, lines := startSelf(t, eraseDir, dir)
		last := ""
		for range 1 + rand.IntN(2) {
			if lines.Scan() {
				last = lines.Text()
			}
		}
		time.Sleep(time.Duration(rand.IntN(60)) * time.Millisecond)
		_ = cmd.Process.Kill() // it may have ended
		for lines.Scan() {
			last = lines.Text()
		}
		_ = cmd.Wait()
		when := fmt.Sprintf("kill %d, after %q", killed, last)
		l := open(t, dir, Options{NoSync: true, Segment: 100})
		if _, err := l.Check(func(err error) { t.Errorf("%s: %v", when, err) }); err != nil {
			t.Fatal(when, err)
		}
		if last == "hiding" && len(l.Hidden(1)) == 0 {
			wantSame(t, when, eventsOf(t, l.AllRecords(ulid.ULID{})), before)
		} else {
			begun++
			wantSame(t, when, eventsOf(t, l.Records(1, ulid.ULID{})), guild1)
			wantSame(t, when, eventsOf(t, l.Records(2, ulid.ULID{})), guild2)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if last == "done" {
			guild := open(t, dir, Options{NoSync: true, ReadOnly: true})
			left, err := guild.Naming(context.Background(), 1, erasedAuthor)
			if swept, _ := guild.Swept(); err != nil || left.Records > 0 || !swept {
				t.Errorf("%s: %+v is left, swept %v, %v", when, left, swept, err)
			}
			_ = guild.Close()
			done++
			dir = ""
		}
	}
	t.Logf("%d kills, %d in the middle, %d after the end", kills, begun-done, done)
}
