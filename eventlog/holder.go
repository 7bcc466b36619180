package eventlog

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// holderName is the file beside the log that says who holds it. The lock itself is bbolt's, on the
// log; this file only makes the error message useful.
const holderName = "tally.holder"

type holder struct{ path string }

func takeHolder(dir string) (*holder, error) {
	h := &holder{path: filepath.Join(dir, holderName)}
	line := fmt.Sprintf("process %d (%s) since %s\n", os.Getpid(), filepath.Base(os.Args[0]), time.Now().UTC().Format(time.RFC3339))
	if err := os.WriteFile(h.path, []byte(line), 0o600); err != nil {
		return nil, fmt.Errorf("note who holds the log: %w", err)
	}
	return h, nil
}

func (h *holder) release() { _ = os.Remove(h.path) }

func readHolder(dir string) string {
	b, err := os.ReadFile(filepath.Join(dir, holderName))
	if err != nil || len(b) == 0 {
		return "another process"
	}
	return strings.TrimSpace(string(b))
}
