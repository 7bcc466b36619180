package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tally/bot/discordtest"
	"tally/projections"
)

// TestChaos runs the demo with everything going wrong. It waits most of the time, for the bot's own pauses.
func TestChaos(t *testing.T) {
	t.Parallel()
	for _, seed := range []int{1, 2} {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "data")
			// In a process of its own: discordgo may leave goroutines behind when it is cut off.
			cmd := exec.Command("tally", "demo", "--chaos", "--messages", "5000", "--channels", "10", "--live", "100",
				"--seed", fmt.Sprint(seed), "--data", dir, "--format", "json")
			cmd.Env = append(os.Environ(), strings.Join(quickExit[:], "="))
			var talk strings.Builder
			cmd.Stderr = &talk
			out, err := cmd.Output()
			if err != nil {
				t.Fatalf("%v\n%s", err, &talk)
			}
			r := decode[result](t, string(out))
			checkSurvived(t, r)
			if report := decode[projections.Report](t, call(t, exitFine, "replay", "--data", dir, "--format", "json")); int(report.Total) != r.Expected {
				t.Errorf("replayed %d, sent %d", report.Total, r.Expected)
			}
			call(t, exitFine, "verify", "--data", dir)
		})
	}
}

func checkSurvived(t *testing.T, r result) {
	t.Helper()
	if !r.Exact || r.Live.Messages != 100 || r.Chaos == nil {
		t.Fatalf("%+v", r)
	}
	s := r.Chaos
	for _, kind := range faultKinds {
		if s.Faults[kind] == 0 {
			t.Errorf("%q didn't happen", kind)
		}
	}
	if s.Restarts != 2 || s.GapsOpened < 3 || s.GapsOpened != s.GapsClosed || s.Resumed < 2 || s.Begun < 4 {
		t.Errorf("%d restarts, %d gaps opened and %d closed, %d sessions begun, %d resumed", s.Restarts, s.GapsOpened, s.GapsClosed, s.Begun, s.Resumed)
	}
}

// TestChaosStopped: Ctrl-C ends it, with the bot's process.
func TestChaosStopped(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	for _, after := range []time.Duration{time.Millisecond, 700 * time.Millisecond} {
		ctx, cancel := context.WithTimeout(context.Background(), after)
		var out, talk strings.Builder
		code := run(ctx, []string{"demo", "--chaos", "--messages", "2000"}, strings.NewReader(""), &out, &talk)
		cancel()
		if code != exitFailed || !strings.Contains(talk.String(), "stopped") || out.Len() > 0 {
			t.Errorf("after %s: exit code %d, %q, %q", after, code, out.String(), talk.String())
		}
	}
	if left, err := os.ReadDir(os.Getenv("TMPDIR")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestChaosResult: what a repair would hide fails the demo.
func TestChaosResult(t *testing.T) {
	for name, change := range map[string]func(*survived){
		"":                    func(*survived) {},
		"a repair":            func(s *survived) { s.Missed, s.Repair = 3, &repair{"0", "3"} },
		"a gap":               func(s *survived) { s.GapsClosed-- },
		"no restart":          func(s *survived) { s.Restarts = 0 },
		"a forgotten delete":  func(s *survived) { s.Forgotten = 1 },
		"too much to mend":    func(s *survived) { s.Missed, s.Repair = 3, &repair{"0", "1,003"} },
		"missing messages":    func(s *survived) { s.Missed, s.Repair = 3, &repair{"1", "0"} },
		"a repair of nothing": func(s *survived) { s.Repair = &repair{} },
	} {
		s := newSurvived()
		s.Restarts, s.GapsOpened, s.GapsClosed = chaosLives-1, 4, 4
		change(s)
		if err := s.err(); (err == nil) != (name == "" || name == "a repair") {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// TestChaosPages: no more of the import is read than is due before a kill, and what a killed bot still
// waits for is let go.
func TestChaosPages(t *testing.T) {
	p := newPages(9)
	p.next(1)
	read := make(chan struct{})
	go func() {
		defer close(read)
		for range 10 {
			p.admit(t.Context(), discordtest.HistoryRequest{Mode: "before"})
		}
	}()
	for !p.reached() {
		time.Sleep(time.Millisecond)
	}
	p.admit(t.Context(), discordtest.HistoryRequest{Mode: "after"})
	if time.Sleep(20 * time.Millisecond); p.percent() != 33 {
		t.Errorf("%d %% were read", p.percent())
	}
	p.next(2)
	p.free()
	<-read
}
