//go:build !windows

package eventlog

import (
	"errors"
	"os"
)

// syncFolder makes durable that a file has its name.
func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
