package eventlog

import (
	"bytes"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"tally/eventlog/snowflake"
)

// TestBackup copies a log that is being written to: the copy is whole, and has all that was durable before.
func TestBackup(t *testing.T) {
	l := open(t, t.TempDir(), Options{})
	fill := func(from snowflake.ID) {
		for id := from; id < from+200; id++ {
			if _, err := l.Append(100, []Body{page(t, Live, 200, id)}); err != nil {
				t.Error(err)
			}
		}
	}
	fill(1)
	var wg sync.WaitGroup
	wg.Go(func() { fill(201) })
	var b bytes.Buffer
	size, err := l.Backup(&b)
	wg.Wait()
	if err != nil || size != int64(b.Len()) {
		t.Fatal(size, err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, FileName), b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	restored, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = restored.Close() }()
	done, err := restored.Check(func(err error) { t.Error(err) })
	if err != nil || done.Events < 200 || done.Events > 400 {
		t.Errorf("%+v, %v", done, err)
	}
	if _, err := restored.Append(100, []Body{ChannelDeleted{Channel: 200}}); err != nil {
		t.Error(err)
	}
}
