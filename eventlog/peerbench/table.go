package main

import (
	"bufio"
	"fmt"
	"runtime"
	"time"

	"github.com/dustin/go-humanize"
)

// print writes the results as a table in Markdown. How many times better Tally is stands in brackets.
func print(w *bufio.Writer, made history, results []result) {
	tally := results[0]
	fmt.Fprintf(w, "%s messages in %d channels, %d people who count; %d CPUs, %s, %s/%s.\n\n",
		humanize.Comma(int64(made.messages)), len(made.channels), len(made.truth),
		runtime.GOMAXPROCS(0), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	fmt.Fprintln(w, "| store | append, messages/s | recount, messages/s | bytes a message | one live message | in batches of |")
	fmt.Fprintln(w, "|---|---|---|---|---|---|")
	for _, r := range results {
		fmt.Fprintf(w, "| %s | %s (%s) | %s (%s) | %.1f (%s) | %d µs (%s) | %s |\n", r.name,
			millions(r.append), times(tally.append/r.append), millions(r.recount), times(tally.recount/r.recount),
			r.bytes, times(r.bytes/tally.bytes), r.live/time.Microsecond, times(float64(r.live)/float64(tally.live)), r.how)
	}
}

func millions(perSecond float64) string { return fmt.Sprintf("%.2f M", perSecond/1e6) }

func times(ratio float64) string {
	if ratio >= 10 {
		return fmt.Sprintf("×%.0f", ratio)
	}
	return fmt.Sprintf("×%.2f", ratio)
}
