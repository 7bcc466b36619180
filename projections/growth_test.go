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

// BenchmarkGrowth shows how the times rise with the messages in the log: 1 where they rise as these do, 0
// where they don't. 200,000 messages of each log came live, a few to a record. `make growth` makes larger logs.
func BenchmarkGrowth(b *testing.B) {
	var table strings.Builder
	w := tabwriter.NewWriter(&table, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "messages\trecount\tstart\tappend of 25,000\t")
	var before, exponents [3]float64
	for n := 1_000_000; n <= *growTo; n *= 10 {
		took := growth(b, n)
		fmt.Fprintf(w, "%d\t", n)
		for i, t := range took {
			fmt.Fprintf(w, "%v\t", t.Round(10*time.Microsecond))
			exponents[i] = math.Log10(t.Seconds() / before[i])
			before[i] = t.Seconds()
		}
		fmt.Fprintln(w)
	}
	if *growTo >= 10_000_000 { // there are two logs to compare
		fmt.Fprintf(w, "exponent\t%.2f\t%.2f\t%.2f\t\n", exponents[0], exponents[1], exponents[2])
	}
	_ = w.Flush()
	b.Log("\n" + table.String())
}

// growth measures a log of so many messages: recount, start, and a durable append of 250 pages of history.
func growth(b *testing.B, messages int) (took [3]time.Duration) {
	dir := benchStart(b, messages)
	took[1] = fastest(func() { ready(b, dir) })
	log := open(b, dir)
	defer func() { _ = log.Close() }()
	took[0] = fastest(func() { recount(b, log) })
	s := newBusyServer(b, log, guildID)
	var records [][]eventlog.Body
	for range 250 {
		records = append(records, []eventlog.Body{s.page(eventlog.Archive, 0, 7, 100)})
	}
	took[2] = fastest(func() { s.append(records) })
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
