package main

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

// TestExampleSettings: the file that is shipped names every setting, and none that there isn't.
func TestExampleSettings(t *testing.T) {
	text, err := os.ReadFile("../../packaging/tally.toml")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "tally.toml")
	lines := regexp.MustCompile(`(?m)^# ([a-z-]+ = )`).ReplaceAll(text, []byte("$1"))
	if err := os.WriteFile(path, lines, 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := readConfig(path)
	if err != nil {
		t.Fatal(err)
	}
	parser, err := newParser(io.Discard, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if err := file.Validate(parser.Model); err != nil {
		t.Error(err)
	}
	for _, name := range settings(parser.Model.Node) {
		if _, ok := file.values[name]; !ok {
			t.Errorf("it doesn't name %s", name)
		}
	}
	if names := settings(parser.Model.Node); !slices.Contains(names, "data") || slices.Contains(names, "config") {
		t.Errorf("settings: %v", names)
	}
}
