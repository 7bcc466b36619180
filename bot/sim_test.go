package bot

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"tally/eventlog"
)

var (
	simSeed  = flag.Uint64("seed", 0, "the one seed that TestSimulation plays; 0: many")
	simSeeds = flag.Uint64("seeds", 200, "how many seeds TestSimulation plays")
	simPrint = flag.Bool("print", false, "print the summary of TestSimulation even if all is well")
	simFirst = flag.Bool("first", false, "stop after the first seed that fails")
	simFrom  = flag.Uint64("from", 1, "the first of them")
)

// hangs is how long a seed may take; one that takes longer waits for a mutex that is never given up, and
// virtual time stands still.
const hangs = 20 * time.Second

// simTally counts what happened over all seeds.
type simTally struct {
	mu sync.Mutex
	n  map[string]int
}

func (t *simTally) add(what string, n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.n[what] += n
}

func (t *simTally) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var b strings.Builder
	for _, what := range slices.Sorted(maps.Keys(t.n)) {
		fmt.Fprintf(&b, "%10d  %s\n", t.n[what], what)
	}
	return b.String()
}

// TestSimulation plays random schedules against the whole bot, in virtual time. See SIMULATION.md.
func TestSimulation(t *testing.T) {
	template := filepath.Join(t.TempDir(), "empty")
	log, err := eventlog.Open(template, eventlog.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	first, last := *simFrom, *simFrom+*simSeeds
	if *simSeed != 0 {
		first, last = *simSeed, *simSeed+1
	}
	defer debug.SetGCPercent(debug.SetGCPercent(2000)) // a seed makes much garbage and keeps little
	tally, next, begin := &simTally{n: map[string]int{"miscounts": 0}}, atomic.Uint64{}, time.Now()
	next.Store(first)
	t.Run("seeds", func(t *testing.T) {
		for range 2 {
			t.Run("worker", func(t *testing.T) {
				t.Parallel()
				for seed := next.Add(1) - 1; seed < last; seed = next.Add(1) - 1 {
					if !t.Run(fmt.Sprint(seed), func(t *testing.T) { simulate(t, seed, template, tally) }) && *simFirst {
						next.Store(last) // for the other worker too
					}
				}
			})
		}
	})
	seconds := time.Since(begin).Seconds()
	summary := fmt.Sprintf("%d seeds, %.1f a second\n%s", last-first, float64(last-first)/seconds, tally)
	if *simPrint {
		fmt.Print(summary)
	} else {
		t.Log(summary)
	}
}

// inMemory returns a folder that lives in memory: the logs of the simulation are never synced. Where the
// system has none it is the usual one.
func inMemory() string {
	const shm = "/dev/shm"
	if info, err := os.Stat(shm); err != nil || !info.IsDir() {
		return ""
	}
	return shm
}

func simulate(t *testing.T, seed uint64, template string, tally *simTally) {
	root, err := os.MkdirTemp(inMemory(), "tally-simulation-")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(root) }()
	if err := os.CopyFS(filepath.Join(root, "life-0"), os.DirFS(template)); err != nil {
		t.Fatal(err)
	}
	watchdog := time.AfterFunc(hangs, func() { debug.SetTraceback("all"); panic(fmt.Sprintf("seed %d hangs", seed)) })
	defer watchdog.Stop()
	synctest.Test(t, func(t *testing.T) {
		s := newSim(t, seed, root, tally)
		s.populate()
		s.firstLaggard()
		s.start(filepath.Join(root, "life-0"))
		s.sleep(s.pause())
		s.play()
		if s.settle() {
			s.check()
		}
		s.checkFile()
		s.dying.Wait()
		s.Close()
		time.Sleep(5 * time.Minute) // discordgo's own goroutines come to their end
	})
}
