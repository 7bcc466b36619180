package doctor

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// folder looks at a folder and returns the findings by their checks.
func folder(dir string) map[string]Finding {
	found := map[string]Finding{}
	Folder(dir, func(f Finding) { found[f.Check] = f })
	return found
}

func TestFolder(t *testing.T) {
	dir := t.TempDir()
	found := folder(dir)
	if found[checkFolder].State != OK || found[checkSpeed].Found == "" || found[checkSpace].Found == "" {
		t.Errorf("%+v", found)
	}
	missing := filepath.Join(dir, "a", "b")
	if f := folder(missing)[checkFolder]; f.State != OK || f.Found != missing+" is not there yet: `tally run` makes it" {
		t.Errorf("a folder that is to be made: %+v", f)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("it left %v behind, %v", left, err)
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{file, filepath.Join(file, "below")} {
		if f := folder(dir); len(f) != 1 || f[checkFolder].State != Failed || f[checkFolder].Todo == "" {
			t.Errorf("%s: %+v", dir, f)
		}
	}
}

func TestSpaceFinding(t *testing.T) {
	for free, want := range map[uint64]State{0: Failed, leastSpace - 1: Failed, leastSpace: Warning, someSpace - 1: Warning, someSpace: OK} {
		if f := spaceFinding(free); f.State != want || want != OK && f.Todo == "" {
			t.Errorf("%d bytes: %+v", free, f)
		}
	}
}

// TestSpeedFinding: one slow commit is no reason to worry, a slow median is.
func TestSpeedFinding(t *testing.T) {
	for _, c := range []struct {
		took []time.Duration
		want State
	}{
		{[]time.Duration{time.Second, time.Millisecond, time.Millisecond}, OK},
		{[]time.Duration{slowCommit + 1, time.Millisecond, slowCommit + 1}, Warning},
	} {
		if f := speedFinding(c.took); f.State != c.want {
			t.Errorf("%v: %+v", c.took, f)
		}
	}
}
