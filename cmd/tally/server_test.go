package main

import (
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"tally/eventlog/snowflake"
	"tally/projections"
)

// serverA is a real server's history; see its README.
const serverA = "../../../shared/data/server-a"

// TestServerA imports a real server's whole history while people write.
func TestServerA(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat(serverA); err != nil {
		t.Skipf("the real server's history is not here: %v", err)
	}
	r := importUnderTraffic(t, serverA, 500)
	if r.History != (historySize{Messages: 293_195, Channels: 767}) {
		t.Errorf("history: %+v", r.History)
	}
}

// TestServerLikeA does the same on a made-up history in the same form.
func TestServerLikeA(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeServer(t, dir, 20_000, 20, 30, 150)
	importUnderTraffic(t, dir, 300)
}

// importUnderTraffic runs the demo on a history and compares what replaying its log gives with what
// the history's files and the demo's own messages add up to.
func importUnderTraffic(t *testing.T, history string, live int) result {
	t.Helper()
	data := filepath.Join(t.TempDir(), "data")
	r := decode[result](t, call(t, exitFine, "demo", "--history", history, "--live", fmt.Sprint(live), "--data", data, "--format", "json"))
	if !r.Exact || r.Live.Messages != live || r.Live.During < live/2 {
		t.Errorf("the demo: exact %v, %d live messages, %d of them during the import", r.Exact, r.Live.Messages, r.Live.During)
	}
	users, channels := countFiles(t, history)
	for _, l := range r.Live.By {
		users[l.User] += uint64(l.Messages)
		channels[l.Channel] += uint64(l.Messages)
	}
	report := decode[projections.Report](t, call(t, exitFine, "replay", "--data", data, "--format", "json"))
	gotUsers, gotChannels := map[snowflake.ID]uint64{}, map[snowflake.ID]uint64{}
	for _, u := range report.Users {
		gotUsers[u.User] = u.Messages
	}
	for _, c := range report.Channels {
		gotChannels[c.Channel] = c.Messages
	}
	if !maps.Equal(gotUsers, users) {
		t.Errorf("the counts of %d users are not those of the files", len(users))
	}
	if !maps.Equal(gotChannels, channels) {
		t.Errorf("the counts of %d channels are not those of the files", len(channels))
	}
	if f := report.Import; !f.Completed || f.Date == nil || f.StartTime == nil || f.EndTime == nil || f.EndTime.Before(*f.StartTime) || f.Total < uint64(r.History.Messages) {
		t.Errorf("the import's fields: %+v", f)
	}
	t.Logf("%d messages, %d live ones, %d requests in %.1f s", r.Imported, r.Live.Messages, r.Requests, r.Seconds)
	return r
}

// countFiles counts the messages of people, from the files themselves.
func countFiles(t *testing.T, dir string) (users, channels map[snowflake.ID]uint64) {
	t.Helper()
	bots := map[string]bool{}
	eachLine(t, filepath.Join(dir, "authors.csv.gz"), func(f []string) { bots[f[0]] = f[1] == "1" })
	users, channels = map[snowflake.ID]uint64{}, map[snowflake.ID]uint64{}
	eachLine(t, filepath.Join(dir, "messages.csv.gz"), func(f []string) {
		if !bots[f[2]] {
			users[parseID(t, f[2])]++
			channels[parseID(t, f[1])]++
		}
	})
	return users, channels
}

func parseID(t *testing.T, s string) snowflake.ID {
	id, err := snowflake.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// eachLine gives the lines of a gzipped CSV file after its head.
func eachLine(t *testing.T, path string, give func([]string)) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := csv.NewReader(unzipped)
	lines.ReuseRecord = true
	for n := 0; ; n++ {
		fields, err := lines.Read()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if n > 0 {
			give(fields)
		}
	}
}

// writeServer makes up a history in the form of server-a: a few busy channels and people, threads that
// are mostly short, bots, several messages in one millisecond.
func writeServer(t *testing.T, dir string, messages, channels, threads, authors int) {
	t.Helper()
	rng := rand.New(rand.NewPCG(uint64(messages), 1))
	start := time.Date(2019, 7, 1, 0, 0, 0, 0, time.UTC).UnixMilli()
	random := func(ms int64) snowflake.ID { return snowflake.AtMs(ms) | snowflake.ID(rng.Uint64N(1<<22)) }
	skewed := func(n int) int { return min(int(float64(n)*rng.Float64()*rng.Float64()*rng.Float64()), n-1) }

	var rooms, people []snowflake.ID
	rows := [][]string{{"channel_id", "parent_id", "type", "name"}}
	for i := range channels + threads {
		id := random(start + int64(i))
		row := []string{id.String(), "", "text", fmt.Sprintf("channel-%d", i+1)}
		if i >= channels {
			row = []string{id.String(), rooms[rng.IntN(channels)].String(), "thread", fmt.Sprintf("thread-%d", i+1)}
		}
		rooms, rows = append(rooms, id), append(rows, row)
	}
	writeLines(t, filepath.Join(dir, "channels.csv.gz"), rows)

	rows = [][]string{{"author_id", "bot"}}
	for i := range authors {
		people = append(people, random(start-int64(i)))
		bot := "0"
		if i%10 == 3 {
			bot = "1"
		}
		rows = append(rows, []string{people[i].String(), bot})
	}
	writeLines(t, filepath.Join(dir, "authors.csv.gz"), rows)

	ids := map[snowflake.ID]bool{}
	for ms := start + 1_000_000; len(ids) < messages; {
		ids[random(ms)] = true
		if rng.IntN(10) > 0 { // else another one in the same millisecond
			ms += rng.Int64N(20_000_000_000 / int64(messages))
		}
	}
	rows = [][]string{{"message_id", "channel_id", "author_id"}}
	for _, id := range slices.Sorted(maps.Keys(ids)) {
		rows = append(rows, []string{id.String(), rooms[skewed(len(rooms))].String(), people[skewed(len(people))].String()})
	}
	writeLines(t, filepath.Join(dir, "messages.csv.gz"), rows)
}

func writeLines(t *testing.T, path string, rows [][]string) {
	t.Helper()
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	zipped := gzip.NewWriter(file)
	if err := csv.NewWriter(zipped).WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	if err := zipped.Close(); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}
