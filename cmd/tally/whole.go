package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// into has a command that prints to standard output write a file instead, for its owner alone, whole or not at
// all. Where a running bot carries the command out, that bot only prints: it is told so by --out=-.
func (t *terminal) into(path string, command func(*terminal) error) error {
	failed := func(err error) error {
		return usage(fmt.Errorf("write %s: %w", path, err), "Give a file in a folder that is there and may be written to.")
	}
	temporary, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return failed(err)
	}
	defer func() { _ = os.Remove(temporary.Name()) }() // it is gone where all went well
	printing := *t
	printing.out, printing.width, printing.args = bufio.NewWriter(temporary), 0, slices.Concat(t.args, []string{"--out=-"}) // the last one holds
	err = errors.Join(command(&printing), printing.out.Flush(), temporary.Sync(), temporary.Close())
	if err != nil {
		return err
	}
	if err := os.Rename(temporary.Name(), path); err != nil {
		return failed(err)
	}
	return nil
}
