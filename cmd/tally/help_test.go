package main

import (
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/alecthomas/kong"
)

// TestHelp: every command says what it is for and how it is called, by examples that parse.
func TestHelp(t *testing.T) {
	parser, err := newParser(io.Discard, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	for _, command := range parser.Model.Leaves(false) {
		before, examples, ok := strings.Cut(command.Detail, "Examples:\n\n")
		if !ok || before == "" && len(command.Flags) > 1 {
			t.Errorf("%s: its help lacks a text or examples", command.FullPath())
		}
		if !strings.Contains(examples, "    "+command.FullPath()) && !strings.Contains(examples, "("+command.FullPath()) {
			t.Errorf("%s: no example calls it", command.FullPath())
		}
		for line := range strings.Lines(examples) {
			if err := parses(line); err != nil {
				t.Errorf("%s: %s: %v", command.FullPath(), strings.TrimSpace(line), err)
			}
		}
	}
}

// TestHelpFits: help is no wider than a terminal, but for examples, which are to be copied whole.
func TestHelpFits(t *testing.T) {
	parser, err := newParser(io.Discard, io.Discard)
	mustBe(t, err)
	paths := []string{"tally"}
	for _, command := range parser.Model.Leaves(false) {
		paths = append(paths, command.FullPath())
	}
	for _, path := range paths {
		for line := range strings.Lines(call(t, exitFine, append(strings.Fields(path)[1:], "--help")...)) {
			if line = strings.TrimRight(line, "\n"); utf8.RuneCountInString(line) > 80 && !strings.HasPrefix(line, "    ") {
				t.Errorf("%s: too wide: %s", path, line)
			}
		}
	}
}

// parses reads the calls of tally in a line of a shell, without running them.
func parses(line string) error {
	for _, call := range strings.Split(line, "tally ")[1:] {
		if end := strings.IndexAny(call, "|)>&#"); end >= 0 {
			call = call[:end]
		}
		parser, err := newParser(io.Discard, io.Discard)
		if err != nil {
			return err
		}
		parsed, err := kong.Trace(parser, strings.Fields(call))
		if err == nil {
			err = parsed.Error
		}
		if err != nil {
			return err
		}
	}
	return nil
}
