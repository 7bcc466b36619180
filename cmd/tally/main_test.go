package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"
)

// TestMain makes the test binary also the program: where it is called by the name tally it is tally,
// in a process of its own.
func TestMain(m *testing.M) {
	testscript.Main(tidy{m}, map[string]func(){"tally": main})
}

// quickExit is an environment variable: a program with the race detector would else wait a second at its end.
var quickExit = [2]string{"GORACE", "atexit_sleep_ms=10"}

// tidy runs the tests and fails if they leave goroutines behind.
type tidy struct{ *testing.M }

func (m tidy) Run() int {
	code := m.M.Run()
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

// call runs the program within the test and returns its standard output; it must end with code.
func call(t *testing.T, code int, args ...string) (stdout string) {
	t.Helper()
	var out, talk bytes.Buffer
	if got := run(context.Background(), args, strings.NewReader(""), &out, &talk); got != code {
		t.Fatalf("tally %s: exit code %d, want %d\n%s", strings.Join(args, " "), got, code, talk.String())
	}
	return out.String()
}

// decode reads JSON.
func decode[T any](t *testing.T, from string) (v T) {
	t.Helper()
	if err := json.Unmarshal([]byte(from), &v); err != nil {
		t.Fatalf("%v in %.200s", err, from)
	}
	return v
}
