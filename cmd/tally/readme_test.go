package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestReadme: every call of tally in the README and in the systemd unit parses, and every file that it shows or links to is there.
func TestReadme(t *testing.T) {
	b, err := os.ReadFile("../../README.md")
	mustBe(t, err)
	text := string(b)
	calls := 0
	for _, call := range regexp.MustCompile("(?m)^    tally .*|`(\\./)?tally [a-z][^`]*`").FindAllString(text, -1) {
		calls++
		call = strings.NewReplacer("`", "", "…", "", " ID", " 5", " DAYS", " 9", " DAY", " 2026-01-31", " FILE", " file").Replace(call)
		if err := parses(call); err != nil && parses(call+" 5") != nil { // a flag may be named without its value
			t.Errorf("%s: %v", strings.TrimSpace(call), err)
		}
	}
	if calls < 20 {
		t.Errorf("only %d calls found", calls)
	}
	unit, err := os.ReadFile("../../packaging/tally.service")
	mustBe(t, err)
	beside := regexp.MustCompile(`(?m)^#     sudo .*`).FindAllString(string(unit), -1)
	for _, call := range beside {
		if err := parses(call); err != nil || !strings.Contains(call, "tally status --data /var/lib/tally") {
			t.Errorf("%s: %v", call, err)
		}
	}
	if len(beside) != 2 {
		t.Errorf("the unit says %q", beside)
	}
	for _, link := range regexp.MustCompile(`\]\(([^)#]+)\)`).FindAllStringSubmatch(text, -1) {
		if strings.Contains(link[1], "://") {
			continue
		}
		if _, err := os.Stat(filepath.Join("../..", filepath.FromSlash(link[1]))); err != nil {
			t.Errorf("%s: %v", link[0], err)
		}
	}
	pictures, err := filepath.Glob("../../bot/*/pictures/*.png")
	mustBe(t, err)
	for _, path := range pictures {
		if name := strings.TrimPrefix(filepath.ToSlash(path), "../../"); !strings.Contains(text, "("+name+")") {
			t.Errorf("%s is not shown", name)
		}
	}
}
