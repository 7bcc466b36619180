package eventlog

import (
	"sync"
	"testing"
)

// TestCheckBesideAppends checks a log while it grows: the race detector sees what must not be read then.
func TestCheckBesideAppends(t *testing.T) {
	l, err := Open(t.TempDir(), Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var wg sync.WaitGroup
	checked := make(chan struct{})
	wg.Go(func() {
		for gap := uint32(1); ; gap++ {
			if _, err := l.Append(7, []Body{GapOpened{Gap: gap}}); err != nil {
				t.Error(err)
			}
			select {
			case <-checked:
				return
			default:
			}
		}
	})
	for range 100 {
		if _, err := l.Check(func(err error) { t.Error(err) }); err != nil {
			t.Error(err)
		}
	}
	close(checked)
	wg.Wait()
}
