package main

import (
	"bufio"
	"flag"
	"fmt"
	"os"
)

func main() {
	messages := flag.Int("messages", 1_000_000, "messages of history")
	live := flag.Int("live", 1000, "live messages, one at a time")
	rounds := flag.Int("rounds", 3, "how often all peers are measured in turn; of each figure the best counts")
	dir := flag.String("dir", "", "where the stores are written: on a real disk, or fsync costs nothing (default: the folder for temporary files)")
	flag.Parse()
	if *messages < 1 || *live < 1 || *rounds < 1 || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := bench(*dir, *messages, *live, *rounds); err != nil {
		fmt.Fprintln(os.Stderr, "peerbench:", err)
		os.Exit(1)
	}
}

// bench measures all peers in several rounds and prints the table. What else the machine does meanwhile
// disturbs some round: so of each figure the best is taken.
func bench(dir string, messages, live, rounds int) error {
	made, all := generate(messages), entries()
	best := make([]result, len(all))
	for round := range rounds {
		fmt.Fprintf(os.Stderr, "round %d of %d\n", round+1, rounds)
		results, err := measure(dir, all, made, live)
		if err != nil {
			return err
		}
		for i, r := range results {
			if round > 0 {
				r = r.best(best[i])
			}
			best[i] = r
		}
	}
	w := bufio.NewWriter(os.Stdout)
	print(w, made, best)
	return w.Flush()
}
