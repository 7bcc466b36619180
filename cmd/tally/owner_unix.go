//go:build unix

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"tally/eventlog"
)

// keepOwner gives what root has made in a data folder to the folder's owner, as whom the bot runs: it could read neither the
// log nor the erasure key, else.
func keepOwner(dir string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	folder, err := os.OpenRoot(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = folder.Close() }() // it was only read
	info, err := folder.Stat(".")
	if err != nil {
		return err
	}
	owner := info.Sys().(*syscall.Stat_t)
	if owner.Uid == 0 {
		return nil
	}
	snapshots, err := fs.Glob(folder.FS(), "snapshots/*.state")
	for _, name := range append(snapshots, "snapshots", eventlog.FileName, eventlog.KeyName) {
		if kept := handOver(folder, name, owner); !errors.Is(kept, fs.ErrNotExist) {
			err = errors.Join(err, kept)
		}
	}
	if err != nil {
		return advise(fmt.Errorf("leave what is in %s to its owner: %w", dir, err),
			fmt.Sprintf("The bot may not be able to read it. As root: chown -R %d:%d %s", owner.Uid, owner.Gid, filepath.Clean(dir)))
	}
	return nil
}

// handOver gives a file or folder of root's to its owner. What is no plain file, or has another name elsewhere, stays: whoever may
// write to the folder could else have root give him any file.
func handOver(folder *os.Root, name string, owner *syscall.Stat_t) error {
	if info, err := folder.Lstat(name); err != nil || !info.IsDir() && !info.Mode().IsRegular() {
		return err
	}
	f, err := folder.OpenFile(name, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // it was only read
	info, err := f.Stat()            // of what was opened, whatever the name stands for by now
	if err != nil {
		return err
	}
	is := info.Sys().(*syscall.Stat_t)
	if is.Uid != 0 || !info.IsDir() && (!info.Mode().IsRegular() || is.Nlink != 1) {
		return nil
	}
	return f.Chown(int(owner.Uid), int(owner.Gid))
}
