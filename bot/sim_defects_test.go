package bot

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var simDefects = flag.Bool("defects", false, "build the bot with each deliberate defect, and play seeds until one fails")

// caughtWithin is how many seeds a defect may survive.
const caughtWithin = 2000

// TestDefects shows that the simulation can fail. Without -defects it sees that the table is true to the
// code, and plays the first two: all of them take minutes.
func TestDefects(t *testing.T) {
	for i, d := range defects {
		t.Run(d.name, func(t *testing.T) {
			overlay, ok := d.build(t)
			switch {
			case !ok:
			case *simDefects:
				fmt.Printf("| %s | %s |\n", d.name, d.caughtBy(t, overlay, 1, caughtWithin))
			case i < 2 && !testing.Short():
				d.caughtBy(t, overlay, max(d.seed, 25)-24, 50)
			}
		})
	}
}

// build writes the defective file, and the overlay that names it.
func (d defect) build(t *testing.T) (overlay string, ok bool) {
	t.Helper()
	file, err := filepath.Abs(d.file)
	if err != nil {
		t.Fatal(err)
	}
	code, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(code), d.old); n != 1 {
		t.Errorf("%q: the text to replace stands in %s %d times", d.name, d.file, n)
		return "", false
	}
	dir := t.TempDir()
	bent := filepath.Join(dir, "bent.go")
	if err := os.WriteFile(bent, []byte(strings.Replace(string(code), d.old, d.new, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	list, err := json.Marshal(map[string]map[string]string{"Replace": {file: bent}})
	if err != nil {
		t.Fatal(err)
	}
	overlay = filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(overlay, list, 0o600); err != nil {
		t.Fatal(err)
	}
	return overlay, true
}

var failedSeed = regexp.MustCompile(`(?:seed |/worker(?:#01)?/)(\d+)[: ]`)

// caughtBy returns the first of some seeds that fails with the defect.
func (d defect) caughtBy(t *testing.T, overlay string, from, seeds uint64) string {
	t.Helper()
	binary := filepath.Join(filepath.Dir(overlay), "bot.test")
	if out, err := exec.Command("go", "test", "-c", "-overlay", overlay, "-o", binary, ".").CombinedOutput(); err != nil {
		t.Errorf("%q doesn't build: %s", d.name, out)
		return "–"
	}
	out, err := exec.Command(binary, "-test.run", "^TestSimulation$", "-first", "-from", fmt.Sprint(from), "-seeds", fmt.Sprint(seeds)).CombinedOutput()
	seed := failedSeed.FindSubmatch(out)
	if failed := new(exec.ExitError); !errors.As(err, &failed) || seed == nil {
		t.Errorf("%q is not caught by the %d seeds from %d on: %v\n%.2000s", d.name, seeds, from, err, out[max(bytes.Index(out, []byte("panic: ")), 0):])
		return "–"
	}
	return string(seed[1])
}
