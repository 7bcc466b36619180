package projections

import (
	"flag"
	"fmt"
	"math"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"tally/eventlog"
	"tally/eventlog/snowflake"
)

var growTo = flag.Int("messages", 10_000_000, "messages in the largest log of BenchmarkGrowth")

// startTail is how many events of a tail BenchmarkStart reads at the most: the gate saves a snapshot when
// there are as many after the last one.
const startTail = 200_000

// benchStart writes a log with a snapshot and a tail after it, closes it, and returns its folder.
func benchStart(b *testing.B, messages int) (dir string) {
	log := benchLog(b, messages-startTail)
	g, err := Load(log, guildID)
	if err == nil {
		err = SaveSnapshot(log.Dir(), guildID, g.Encode())
	}
	if err != nil {
		b.Fatal(err)
	}
	s := newBusyServer(b, log, guildID)
	s.next = g.Newest()
	s.live(startTail)
	if err := log.Close(); err != nil {
		b.Fatal(err)
	}
	return log.Dir()
}

func open(b *testing.B, dir string) *eventlog.Log {
	log, err := eventlog.Open(dir, eventlog.Options{})
	if err != nil {
		b.Fatal(err)
	}
	return log
}

// ready is what the bot does before it can count: it opens the log and loads the guild's count.
func ready(b *testing.B, dir string) {
	log := open(b, dir)
	if g, err := Load(log, guildID); err != nil || g.Total() == 0 {
		b.Fatal(err)
	}
	if err := log.Close(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkStart starts with 10 million messages, a snapshot, and the longest tail after it.
func BenchmarkStart(b *testing.B) {
	dir := benchStart(b, 10_000_000)
	for b.Loop() {
		ready(b, dir)
	}
}

// grown are what BenchmarkGrowth measures. An answer is what /leaderboard and /message-count look up in memory; that
// of a week's board reads the log. Of history, 250 pages are appended, durably.
var grown = [...]string{"recount", "start", "answer", "a week's board", "append of 25,000"}

// BenchmarkGrowth shows how the times rise with the messages in the log: 1 where they rise as these do, 0
// where they don't. 200,000 messages of each log came live, a few to a record. `make growth` makes larger logs.
func BenchmarkGrowth(b *testing.B) {
	var table strings.Builder
	w := tabwriter.NewWriter(&table, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "messages\t"+strings.Join(grown[:], "\t")+"\t")
	var before, exponents [len(grown)]float64
	for n := 1_000_000; n <= *growTo; n *= 10 {
		took := growth(b, n)
		fmt.Fprintf(w, "%d\t", n)
		for i, t := range took {
			fmt.Fprintf(w, "%v\t", t.Round(time.Microsecond))
			exponents[i] = math.Log10(t.Seconds() / before[i])
			before[i] = t.Seconds()
		}
		fmt.Fprintln(w)
	}
	if *growTo >= 10_000_000 { // there are two logs to compare
		fmt.Fprint(w, "exponent\t")
		for _, e := range exponents {
			fmt.Fprintf(w, "%.2f\t", e)
		}
		fmt.Fprintln(w)
	}
	_ = w.Flush()
	b.Log("\n" + table.String())
}

// growth measures a log of so many messages.
func growth(b *testing.B, messages int) (took [len(grown)]time.Duration) {
	dir := benchStart(b, messages)
	took[1] = fastest(func() { ready(b, dir) })
	log := open(b, dir)
	defer func() { _ = log.Close() }()
	took[0] = fastest(func() { recount(b, log) })
	g, err := Load(log, guildID)
	if err != nil {
		b.Fatal(err)
	}
	took[2] = fastest(func() {
		top, _ := g.Top(10)
		g.Place(top[9].User)
	})
	week := Window{From: g.Newest() - snowflake.AtMs(snowflake.Epoch+7*dayMs), To: noEnd}
	took[3] = fastest(func() {
		if board, err := g.Board(log, week); err != nil || board.Total == 0 {
			b.Fatal(err)
		}
	})
	s := newBusyServer(b, log, guildID)
	var records [][]eventlog.Body
	for range 250 {
		records = append(records, []eventlog.Body{s.page(eventlog.Archive, 0, 7, 100)})
	}
	took[4] = fastest(func() { s.append(records) })
	return took
}

// fastest returns the least of ten times: what other work on the machine adds is left out.
func fastest(do func()) time.Duration {
	least := time.Duration(math.MaxInt64)
	for range 10 {
		began := time.Now()
		do()
		least = min(least, time.Since(began))
	}
	return least
}
