package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestImportArchiveInterrupted presses Ctrl-C: what to do is said, and the log is closed.
func TestImportArchiveInterrupted(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "general.json")
	export := `{"guild": {"id": "100000000000000001"}, "channel": {"id": "100000000000000011"},
		"messages": [{"id": "1300000000000000001", "type": "Default", "author": {"id": "300000000000000001"}}]}`
	if err := os.WriteFile(file, []byte(export), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	for _, c := range []struct {
		ctx  context.Context
		code int
		want string
	}{{ctx, exitFailed, "Call it again with the same files: it goes on."}, {t.Context(), exitFine, ""}} {
		var out, talk bytes.Buffer
		code := run(c.ctx, []string{"import-archive", "--data", filepath.Join(dir, "data"), file}, nil, &out, &talk)
		if code != c.code || !strings.Contains(talk.String(), c.want) {
			t.Errorf("exit code %d: %s%s", code, &out, &talk)
		}
	}
}
