package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// dataFlag names the data folder of the commands that read a log.
type dataFlag struct {
	Data string `required:"" env:"TALLY_DATA" placeholder:"DIR" completion-predictor:"dir" help:"The folder with the log (the one given to tally run)."`
}

// guildFlag narrows a command to one server.
type guildFlag struct {
	Guild snowflake.ID `placeholder:"ID" help:"Only this server."`
}

// read calls use with the log, opened for reading only. Where a running bot holds the log, the whole command
// is carried out there.
func (d dataFlag) read(t *terminal, use func(*eventlog.Log) error) error {
	if t.held != nil {
		return guard(t.held.Dir(), func() error { return use(t.held) })
	}
	return guard(d.Data, func() error {
		log, err := openLog(d.Data, eventlog.Options{ReadOnly: true})
		switch {
		case errors.Is(err, eventlog.ErrInUse):
			return t.elsewhere(d.Data, err)
		case err != nil:
			return err
		}
		return errors.Join(use(log), log.Close())
	})
}

// openLog opens the log in a folder.
func openLog(dir string, o eventlog.Options) (log *eventlog.Log, err error) {
	if err := checkFolder(dir); err != nil {
		return nil, err
	}
	err = guard(dir, func() error {
		log, err = eventlog.Open(dir, o)
		return err
	})
	return log, err
}

// guard calls use. bbolt panics over a file whose pages contradict each other: that becomes an error.
// The file is left open then, for as long as the process lives; closing it might panic again.
func guard(dir string, use func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		if !inBolt() {
			panic(p)
		}
		err = advise(fmt.Errorf("the pages of %s are damaged: %v", filepath.Join(dir, eventlog.FileName), p), "Restore the log from a backup.")
	}()
	return use()
}

// writing calls use, which writes to the log in a folder, and sees to it that a bot that runs as the folder's owner can read
// what root may have made there.
func writing(dir string, use func() error) error {
	return errors.Join(guard(dir, use), keepOwner(dir))
}

// inBolt reports whether a panic, while it is recovered from, comes from within bbolt.
func inBolt() bool {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(0, pcs)])
	panicking := false
	for {
		f, more := frames.Next()
		if panicking && !strings.HasPrefix(f.Function, "runtime.") {
			return strings.HasPrefix(f.Function, "go.etcd.io/bbolt")
		}
		if panicking = panicking || f.Function == "runtime.gopanic"; !more {
			return false
		}
	}
}

// checkFolder finds the usual mistake: the path of the file in place of the folder's.
func checkFolder(dir string) error {
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return usage(fmt.Errorf("--data %s is a file", dir), fmt.Sprintf("Give the folder that it is in: --data %s", filepath.Dir(dir)))
	}
	return nil
}

// of returns the servers of the log that are asked for.
func (f guildFlag) of(log *eventlog.Log) ([]snowflake.ID, error) {
	all, err := log.Guilds()
	if err != nil || f.Guild == 0 {
		return all, err
	}
	if slices.Contains(all, f.Guild) {
		return []snowflake.ID{f.Guild}, nil
	}
	if len(all) == 0 {
		return nil, usage(fmt.Errorf("the log holds nothing of server %s", f.Guild), "It is empty.")
	}
	var ids []string
	for _, id := range all {
		ids = append(ids, id.String())
	}
	return nil, usage(fmt.Errorf("the log holds nothing of server %s", f.Guild), "It holds: "+strings.Join(ids, ", "))
}

// warnEmpty says that there is nothing to show, where that might surprise.
func (t *terminal) warnEmpty(guilds []snowflake.ID) {
	if len(guilds) == 0 {
		t.say("The log is empty: no server has sent anything yet.")
	}
}
