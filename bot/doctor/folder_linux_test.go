package doctor

import (
	"os"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestFolderReadOnly: nobody but root may write everywhere. So that the test works for root too, its thread
// touches files as another user; it is never unlocked, and ends with the goroutine.
func TestFolderReadOnly(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	found := make(chan map[string]Finding)
	go func() {
		runtime.LockOSThread()
		if os.Geteuid() == 0 {
			_ = unix.Setfsuid(65534)
		}
		found <- folder(dir)
	}()
	f := (<-found)[checkFolder]
	if f.State != Failed || !strings.Contains(f.Found, "permission denied") || f.Todo == "" {
		t.Errorf("%+v", f)
	}
}
