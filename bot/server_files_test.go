package bot

import (
	"cmp"
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"
)

// sentMessage is a line of a server's files, of a person.
type sentMessage struct {
	channel, author string
	at              time.Time
	id              uint64
}

// serverFiles is a server's history read from its files without any of Tally's code.
type serverFiles struct {
	messages []sentMessage     // of people, oldest first
	names    map[string]string // of channels
	parents  map[string]string // of threads
}

// readServer reads the files of a server: see discordtest.Load.
func readServer(t *testing.T, dir string) *serverFiles {
	t.Helper()
	f := &serverFiles{names: map[string]string{}, parents: map[string]string{}}
	for _, c := range readTable(t, dir, "channels") {
		f.names[c[0]] = c[3]
		if c[1] != "" {
			f.parents[c[0]] = c[1]
		}
	}
	bots := map[string]bool{}
	for _, a := range readTable(t, dir, "authors") {
		bots[a[0]] = a[1] == "1"
	}
	for _, m := range readTable(t, dir, "messages") {
		id, err := strconv.ParseUint(m[0], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		if !bots[m[2]] {
			f.messages = append(f.messages, sentMessage{m[1], m[2], time.UnixMilli(int64(id>>22) + 1420070400000).UTC(), id})
		}
	}
	slices.SortFunc(f.messages, func(a, b sentMessage) int { return cmp.Compare(a.id, b.id) })
	return f
}

// readTable reads a file, without its head.
func readTable(t *testing.T, dir, name string) [][]string {
	t.Helper()
	file, err := os.Open(filepath.Join(dir, name+".csv.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(unzipped).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

// writeServer makes a server up: five channels and as many threads, twenty people, a bot, and three years of messages.
func writeServer(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	rng := rand.New(rand.NewPCG(7, 7))
	channels, authors, messages := [][]string{{"channel_id", "parent_id", "type", "name"}}, [][]string{{"author_id", "bot"}}, [][]string{{"message_id", "channel_id", "author_id"}}
	const first = 800_000_000_000_000_000
	for c := range 5 {
		channels = append(channels, []string{fmt.Sprint(first + c), "", "text", fmt.Sprint("channel-", c)})
	}
	for c := range 5 {
		channels = append(channels, []string{fmt.Sprint(first + 10 + c), fmt.Sprint(first + c%2), "thread", fmt.Sprint("thread-", c)})
	}
	for a := range 21 {
		authors = append(authors, []string{fmt.Sprint(first + 100 + a), fmt.Sprint(a / 20)})
	}
	begin := time.Date(2023, 8, 30, 22, 0, 0, 0, time.UTC).UnixMilli() - 1420070400000
	for at := begin; len(messages) < 5000; at += rng.Int64N(2 * 3 * 365 * 24 * 60 * 60 * 1000 / 5000) {
		messages = append(messages, []string{
			fmt.Sprint(uint64(at)<<22 + rng.Uint64N(1<<22)), channels[1+rng.IntN(10)][0], authors[1+rng.IntN(1+rng.IntN(21))][0],
		})
	}
	for name, rows := range map[string][][]string{"channels": channels, "authors": authors, "messages": messages} {
		file, err := os.Create(filepath.Join(dir, name+".csv.gz"))
		if err != nil {
			t.Fatal(err)
		}
		packed := gzip.NewWriter(file)
		w := csv.NewWriter(packed)
		if err := w.WriteAll(rows); err != nil {
			t.Fatal(err)
		}
		if err := packed.Close(); err != nil {
			t.Fatal(err)
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
