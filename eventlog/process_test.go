package eventlog

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/oklog/ulid/v2"

	"tally/eventlog/snowflake"
)

// helperDir is set where the test binary runs as a second process: it opens the log there, and appends
// until it is killed, printing the ULID of each event that is durable.
const helperDir = "TALLY_TEST_APPEND_TO"

func help(dir string) int {
	l, err := Open(dir, Options{})
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		return 1
	}
	for n := snowflake.ID(0); ; n++ {
		records := make([][]Body, 1+n%3)
		for i := range records {
			p, err := NewPage(Live, 0, 1+n%7, []Message{{ID: 10*n + snowflake.ID(i), Author: n % 5}, {ID: 10*n + 5 + snowflake.ID(i), Author: 3}})
			if err != nil {
				return 1
			}
			records[i] = []Body{p, &Deletes{Channel: 1, List: []Delete{{ID: n}}}}
		}
		last, err := l.Append(1+n%2, records...)
		if err != nil {
			_, _ = fmt.Fprintln(os.Stderr, err)
			return 1
		}
		fmt.Println(last)
	}
}

// startHelper runs the second process; its standard output is given line by line.
func startHelper(t *testing.T, dir string) (*exec.Cmd, *bufio.Scanner) {
	return startSelf(t, helperDir, dir)
}

func startSelf(t *testing.T, as, dir string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), as+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	return cmd, bufio.NewScanner(out)
}

// TestKilledAtAnyInstant kills a process that appends, again and again: every event that it told of is
// there, nothing is half there, and ULIDs rise over all its lives. TALLY_KILLS sets how often.
func TestKilledAtAnyInstant(t *testing.T) {
	kills, _ := strconv.Atoi(os.Getenv("TALLY_KILLS"))
	if kills == 0 {
		kills = 5
	}
	dir := t.TempDir()
	var told []ulid.ULID
	for range kills {
		cmd, lines := startHelper(t, dir)
		// Nobody knows where in its work the process is when it has told of so many events.
		for range 1 + rand.IntN(60) {
			if !lines.Scan() {
				t.Fatal("the process ended by itself")
			}
			told = append(told, ulid.MustParseStrict(lines.Text()))
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for lines.Scan() {
			if id, err := ulid.ParseStrict(lines.Text()); err == nil { // else the kill cut the line
				told = append(told, id)
			}
		}
		_ = cmd.Wait()
		wantAll(t, dir, told)
	}
	t.Logf("%d kills, %d appends", kills, len(told))
}

func wantAll(t *testing.T, dir string, told []ulid.ULID) {
	t.Helper()
	l := open(t, dir, Options{})
	defer func() { _ = l.Close() }()
	if _, err := l.Check(func(err error) { t.Error(err) }); err != nil {
		t.Fatal(err)
	}
	held, calls, last := map[ulid.ULID]bool{}, map[snowflake.ID]int{}, ulid.ULID{}
	for rec, err := range l.AllRecords(ulid.ULID{}) {
		if err != nil {
			t.Fatal(err)
		}
		if rec.Base.Compare(last) <= 0 || rec.Len() != 3 {
			t.Fatalf("%d events at %s after %s", rec.Len(), rec.Base, last)
		}
		last = rec.Last()
		held[last] = true
		for body := range rec.Bodies() {
			if d, ok := body.(*Deletes); ok {
				calls[d.List[0].ID]++
			}
		}
	}
	for i, id := range told {
		if i > 0 && id.Compare(told[i-1]) <= 0 {
			t.Errorf("%s was given after %s", id, told[i-1])
		}
		if !held[id] {
			t.Errorf("%s was durable and is gone", id)
		}
	}
	for n, records := range calls {
		if whole := int(1 + n%3); records%whole != 0 {
			t.Errorf("%d records of a call that wrote %d at once", records, whole)
		}
	}
}

// TestSecondProcess is turned away at once, by name of who holds the log.
func TestSecondProcess(t *testing.T) {
	dir := t.TempDir()
	cmd, lines := startHelper(t, dir)
	if !lines.Scan() {
		t.Fatal("the process ended by itself")
	}
	for _, readOnly := range []bool{false, true} {
		_, err := Open(dir, Options{ReadOnly: readOnly})
		if want := fmt.Sprintf("process %d (", cmd.Process.Pid); !errors.Is(err, ErrInUse) || !strings.Contains(err.Error(), want) {
			t.Errorf("read only %v: %v", readOnly, err)
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	for lines.Scan() {
	}
	_ = cmd.Wait()
	open(t, dir, Options{})
}

func TestReadersShareALog(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir, Options{NoSync: true})
	if _, err := l.Append(1, []Body{ChannelDeleted{2}}); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	readers := []io.Closer{open(t, dir, Options{ReadOnly: true}), open(t, dir, Options{ReadOnly: true})}
	if _, err := Open(dir, Options{}); !errors.Is(err, ErrInUse) {
		t.Errorf("a writer beside readers: %v", err)
	}
	for _, r := range readers {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
	open(t, dir, Options{})
}
