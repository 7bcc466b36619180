package main

import (
	"bytes"
	"context"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"tally/eventlog/snowflake"
)

// TestDemoStopped: Ctrl-C ends the demo at any time, and its folder is gone.
func TestDemoStopped(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	for _, after := range []time.Duration{time.Millisecond, 100 * time.Millisecond, 200 * time.Millisecond} {
		ctx, cancel := context.WithTimeout(context.Background(), after)
		var out, talk bytes.Buffer
		code := run(ctx, []string{"demo", "--messages", "100000"}, strings.NewReader(""), &out, &talk)
		cancel()
		if code != exitFailed || !strings.Contains(talk.String(), "stopped") || out.Len() > 0 {
			t.Errorf("after %s: exit code %d, %q, %q", after, code, &out, &talk)
		}
	}
	if left, err := os.ReadDir(os.Getenv("TMPDIR")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestDifferences(t *testing.T) {
	counted := map[snowflake.ID]int{1: 10, 2: 20, 3: 30, 5: 0}
	truth := map[snowflake.ID]int{1: 10, 2: 21, 4: 40}
	want := []difference{{2, 20, 21}, {3, 30, 0}, {4, 0, 40}}
	if got := differences(counted, truth); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if got := differences(truth, truth); len(got) > 0 {
		t.Errorf("%v", got)
	}
}

// TestDemoResult: the demo fails over every way of not being exact.
func TestDemoResult(t *testing.T) {
	exact := verification{Accuracy: "100%"}
	for name, change := range map[string]func(*result){
		"":                    func(*result) {},
		"a user":              func(r *result) { r.UserDifferences = []difference{{1, 2, 3}} },
		"a channel":           func(r *result) { r.ChannelDifferences = []difference{{1, 2, 3}} },
		"the total":           func(r *result) { r.Counted++ },
		"against the log":     func(r *result) { r.Log.Accuracy = "99.99%" },
		"against Discord":     func(r *result) { r.Discord.Accuracy = "" },
		"a violation of them": func(r *result) { r.Violations = []string{"limit ignored"} },
	} {
		r := &result{Counted: 5, Expected: 5, Log: exact, Discord: exact, Seconds: 1}
		change(r)
		if err := r.err(); (err == nil) != (name == "") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
