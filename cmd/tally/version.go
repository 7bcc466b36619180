package main

import (
	"cmp"
	"fmt"
	"runtime/debug"
	"strings"
)

// release and commit are set by the linker for what is built without Git's help (make release, Dockerfile):
// -ldflags "-X main.release=v1.2.3 -X main.commit=0123abc".
var release, commit string

type versionCmd struct {
	Format string `enum:"text,json" default:"text" help:"text or json."`
}

// Help is shown by --help.
func (versionCmd) Help() string {
	return `Examples:

    tally version
    tally version --format json | jq -r .commit`
}

func (c versionCmd) Run(t *terminal) error {
	if c.Format == "json" {
		return t.json(built())
	}
	t.print("%s", version())
	return nil
}

// build is what the program knows of its making, for programs.
type build struct {
	Version  string `json:"version"`
	Commit   string `json:"commit"` // "" if nobody told
	Time     string `json:"commit_time"`
	Modified bool   `json:"modified"` // there were changes that no commit has
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func built() build {
	b := build{Version: release, Commit: commit}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		b.Version = cmp.Or(b.Version, "unknown")
		return b
	}
	set := map[string]string{}
	for _, kv := range info.Settings {
		set[kv.Key] = kv.Value
	}
	b.Version = cmp.Or(b.Version, info.Main.Version, "(devel)")
	b.Commit = cmp.Or(b.Commit, set["vcs.revision"])
	b.Time, b.Modified = set["vcs.time"], set["vcs.modified"] == "true"
	b.Go, b.Platform = info.GoVersion, set["GOOS"]+"/"+set["GOARCH"]
	return b
}

// version is the line that --version prints.
func version() string {
	b := built()
	words := []string{"tally", b.Version}
	if b.Commit != "" {
		words = append(words, "commit", b.Commit[:min(12, len(b.Commit))])
	}
	if b.Modified {
		words = append(words, "modified")
	}
	return fmt.Sprintf("%s %s %s", strings.Join(words, " "), b.Go, b.Platform)
}
