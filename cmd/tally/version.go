package main

import (
	"fmt"
	"runtime/debug"
)

type versionCmd struct{}

func (versionCmd) Run(t *terminal) error {
	t.print("%s", version())
	return nil
}

// version tells what the build knows of itself.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "tally (built without build information)"
	}
	v := info.Main.Version
	if v == "" {
		v = "(devel)"
	}
	s := fmt.Sprintf("tally %s %s", v, info.GoVersion)
	set := map[string]string{}
	for _, kv := range info.Settings {
		set[kv.Key] = kv.Value
	}
	if rev := set["vcs.revision"]; rev != "" {
		s += fmt.Sprintf(" %s %s", rev[:min(12, len(rev))], set["vcs.time"])
		if set["vcs.modified"] == "true" {
			s += " modified"
		}
	}
	return s
}
