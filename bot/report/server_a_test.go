package report

import (
	"compress/gzip"
	"encoding/csv"
	"io"
	"maps"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// serverA is a real server's history; see its README.
const serverA = "../../../shared/data/server-a"

// eachLine gives the lines of a gzipped CSV file after its head. It skips the test where there is none.
func eachLine(t *testing.T, name string, give func([]string)) {
	t.Helper()
	file, err := os.Open(filepath.Join(serverA, name))
	if err != nil {
		t.Skipf("the real server's history is not here: %v", err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := csv.NewReader(unzipped)
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

func parseID(t *testing.T, s string) snowflake.ID {
	id, err := snowflake.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// serverACut is where the import ends and live tracking begins.
var serverACut = snowflake.At(time.Date(2025, 10, 1, 12, 0, 0, 0, time.UTC))

// writeServerA writes the log that an import, and live tracking after it, make of the server.
func writeServerA(w *writer) {
	w.Helper()
	bots := map[string]bool{}
	eachLine(w.T, "authors.csv.gz", func(f []string) { bots[f[0]] = f[1] == "1" })
	imported, live := map[snowflake.ID][]eventlog.Message{}, map[snowflake.ID][]eventlog.Message{}
	eachLine(w.T, "messages.csv.gz", func(f []string) {
		m := eventlog.Message{ID: parseID(w.T, f[0]), Author: parseID(w.T, f[2])}
		if bots[f[2]] {
			m.Marks = eventlog.Bot
		}
		side, channel := imported, parseID(w.T, f[1])
		if m.ID >= serverACut {
			side = live
		}
		side[channel] = append(side[channel], m)
	})
	w.write(eventlog.ImportStarted{Import: 1, Cutoff: serverACut})
	var finished []eventlog.Body
	eachLine(w.T, "channels.csv.gz", func(f []string) {
		e := eventlog.ImportChannelFinished{Import: 1, Channel: parseID(w.T, f[0]), Outcome: eventlog.Completed}
		if f[1] != "" {
			e.Parent = parseID(w.T, f[1])
		}
		w.page(eventlog.Import, 1, e.Channel, imported[e.Channel]...)
		finished = append(finished, e)
	})
	w.write(append(finished, eventlog.ImportFinished{Import: 1, Outcome: eventlog.Completed, At: serverACut.Time()})...)
	for channel, messages := range live {
		w.page(eventlog.Live, 0, channel, messages...)
	}
}

// TestServerA holds the figures of a real server against sums of its files, made here in another way.
func TestServerA(t *testing.T) {
	bots := map[string]bool{}
	eachLine(t, "authors.csv.gz", func(f []string) { bots[f[0]] = f[1] == "1" })
	total, users, channels := uint64(0), map[string]uint64{}, map[string]uint64{}
	days, origins, hours := map[string]uint64{}, map[string]uint64{}, [7][24]uint64{}
	eachLine(t, "messages.csv.gz", func(f []string) {
		if bots[f[2]] {
			return
		}
		id := parseID(t, f[0])
		at := time.UnixMilli(1420070400000 + int64(id>>22)).UTC()
		total++
		users[f[2]]++
		channels[f[1]]++
		days[at.Format(time.DateOnly)]++
		hours[(int(at.Weekday())+6)%7][at.Hour()]++
		if at.Before(serverACut.Time()) {
			origins["import"]++
		} else {
			origins["live"]++
		}
	})
	w := newWriter(t)
	writeServerA(w)
	f := w.read()
	if f.Messages != total || total < 200_000 {
		t.Errorf("%d messages, want %d", f.Messages, total)
	}
	if f.By != (Origins{Import: origins["import"], Live: origins["live"]}) {
		t.Errorf("by origin %+v, want %v", f.By, origins)
	}
	if f.Hours != hours {
		t.Errorf("by weekday and hour %v, want %v", f.Hours, hours)
	}
	got := sums{users: map[string]uint64{}, channels: map[string]uint64{}, days: map[string]uint64{}, covered: map[string]uint64{}}
	got.add(f)
	for what, pair := range map[string][2]map[string]uint64{
		"users": {got.users, users}, "channels": {got.channels, channels}, "days": {got.days, days}, "the coverage's channels": {got.covered, channels},
	} {
		if !maps.Equal(pair[0], pair[1]) {
			t.Errorf("the counts of %s are not those of the files (%d, want %d)", what, len(pair[0]), len(pair[1]))
		}
	}
}

// sums are figures in the form of the files' sums.
type sums struct{ users, channels, days, covered map[string]uint64 }

func (s sums) add(f *Figures) {
	for _, u := range f.Users {
		if u.Messages > 0 {
			s.users[u.User.String()] = u.Messages
		}
	}
	for _, c := range f.Channels {
		if c.Messages > 0 {
			s.channels[c.Channel.String()] = c.Messages
		}
	}
	for _, d := range f.Days {
		s.days[d.Day.String()] = d.Messages
	}
	for _, c := range f.Coverage {
		s.covered[c.Channel.String()] += c.Origins.sum()
	}
}
