//go:build unix

package main

import (
	"context"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// somebody is a user and a group that no test runs as.
const somebody = 54321

func ownerOf(t *testing.T, path string) int {
	t.Helper()
	info, err := os.Lstat(path)
	mustBe(t, err)
	return int(info.Sys().(*syscall.Stat_t).Uid)
}

// TestOwner: what root makes in a data folder is its owner's, so that a bot that runs as the owner can read it.
func TestOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	dir, elsewhere := t.TempDir(), t.TempDir()
	writeFixture(dir, func(err error) { mustBe(t, err) })
	give := func(path string, _ fs.DirEntry, err error) error {
		mustBe(t, err)
		return os.Lchown(path, somebody, somebody)
	}
	mustBe(t, filepath.WalkDir(dir, give))

	// Files of root's that somebody has put there, to be given them.
	secret := filepath.Join(elsewhere, "secret")
	mustBe(t, os.WriteFile(secret, nil, 0o600))
	mustBe(t, os.Mkdir(filepath.Join(dir, "snapshots"), 0o700))
	mustBe(t, os.Link(secret, filepath.Join(dir, "snapshots", "5.state")))
	mustBe(t, os.Symlink(secret, filepath.Join(dir, "snapshots", "6.state")))

	call(t, exitFine, "erase", "--data", dir, "--guild", "100000000000000001", "--user", "300000000000000002", "--yes")
	made := []string{"tally.db", "erasure.key", "snapshots", "snapshots/100000000000000001.state"}
	for _, name := range made {
		if uid := ownerOf(t, filepath.Join(dir, name)); uid != somebody {
			t.Errorf("after erase, %s belongs to %d", name, uid)
		}
	}
	call(t, exitFine, "log", "compact", "--data", dir)
	if uid := ownerOf(t, filepath.Join(dir, "tally.db")); uid != somebody {
		t.Errorf("after log compact, the log belongs to %d", uid)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	mustBe(t, os.Chown(filepath.Join(dir, "tally.db"), 0, 0))
	if code := run(stopped, []string{"run", "--data", dir, "--token", "x", "--discord-url", "http://127.0.0.1:1"}, http.NoBody, io.Discard, io.Discard); code != exitFine {
		t.Errorf("run: exit code %d", code)
	}
	if uid := ownerOf(t, filepath.Join(dir, "tally.db")); uid != somebody {
		t.Errorf("after run, the log belongs to %d", uid)
	}
	if uid := ownerOf(t, secret); uid != 0 {
		t.Errorf("a file from elsewhere was given to %d", uid)
	}

	// In a folder of root's, root's files stay.
	mustBe(t, os.Chown(dir, 0, 0))
	mustBe(t, os.Chown(filepath.Join(dir, "tally.db"), 0, 0))
	call(t, exitFine, "log", "compact", "--data", dir)
	if uid := ownerOf(t, filepath.Join(dir, "tally.db")); uid != 0 {
		t.Errorf("root's own log belongs to %d", uid)
	}
}
