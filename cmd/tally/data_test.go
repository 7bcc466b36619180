package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tally/eventlog"
)

// pageSize is bbolt's; a page's head has 16 bytes, after them come its elements.
const pageSize = 4096

// TestDamagedPages: whatever stands in a page of the file, no command crashes, and where it is seen it
// is said.
func TestDamagedPages(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	call(t, exitFine, "demo", "--messages", "300", "--channels", "3", "--live", "0", "--data", dir, "--format", "json")
	path := filepath.Join(dir, eventlog.FileName)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for page := range min(len(whole)/pageSize, 12) {
		bad := bytes.Clone(whole)
		for i := range 24 {
			bad[page*pageSize+8+i] ^= 0xA5
		}
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		for _, command := range []string{"replay", "log check"} {
			cmd := exec.Command("tally", append(strings.Fields(command), "--data", dir)...)
			cmd.Env = append(os.Environ(), strings.Join(quickExit[:], "="))
			talk := &bytes.Buffer{}
			cmd.Stderr = talk
			err := cmd.Run()
			exit, failed := errors.AsType[*exec.ExitError](err)
			switch {
			case err == nil:
			case failed && exit.ExitCode() == exitFailed && strings.HasPrefix(talk.String(), "tally: "):
				seen++
			default:
				t.Errorf("page %d: %s: %v\n%s", page, command, err, talk)
			}
		}
	}
	if seen == 0 {
		t.Error("no damage was seen")
	}
}
