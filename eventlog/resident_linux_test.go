package eventlog

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/oklog/ulid/v2"

	"tally/eventlog/snowflake"
)

// residentBytes returns how much of a log's file is in this process's memory.
func residentBytes(t *testing.T, l *Log) (n int) {
	t.Helper()
	b, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(b), l.db.Path()+"\n")
	_, rest, sized := strings.Cut(rest, "\nRss:")
	if !found || !sized {
		t.Fatalf("%s is not mapped", l.db.Path())
	}
	kB, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		t.Fatal(err)
	}
	return kB << 10
}

// TestLogDoesNotStayInMemory opens and reads a log that is much larger than what may stay of it in memory.
func TestLogDoesNotStayInMemory(t *testing.T) {
	const most = mostResident + 8<<20 // the pages around the records, and a chunk
	dir := t.TempDir()
	l, err := Open(dir, Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	for guild := range snowflake.ID(4 * mostResident / (segmentBytes - 1<<10)) { // each has a tail as long as they get
		if _, err := l.Append(1+guild, []Body{Unknown{Code: 99, Events: 1, Payload: make([]byte, segmentBytes-1<<10)}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if l, err = Open(dir, Options{}); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	if n := residentBytes(t, l); n > 1<<20 {
		t.Errorf("%d bytes of the log are in memory after it was opened", n)
	}
	guilds, err := l.Guilds()
	if err != nil {
		t.Fatal(err)
	}
	for _, guild := range guilds {
		for _, err := range l.Records(guild, ulid.ULID{}) {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	if n := residentBytes(t, l); n > most {
		t.Errorf("%d bytes of the log are in memory after it was read, want at most %d", n, most)
	}
}
