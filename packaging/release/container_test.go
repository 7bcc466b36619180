package main

import (
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// These read the texts: building and starting the image needs a Docker daemon, which tests can't count on.

func lines(t *testing.T, path string) (all []string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(strings.ReplaceAll(string(b), "\\\n", " ")) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			all = append(all, line)
		}
	}
	return all
}

// TestDockerfile: the image holds the binary, certificates and a folder for the data, and runs as nobody in particular.
func TestDockerfile(t *testing.T) {
	all := lines(t, "Dockerfile")
	last := len(all) - 1
	for ; !strings.HasPrefix(all[last], "FROM "); last-- {
	}
	var user, owner string
	for _, line := range all[last:] {
		instruction, rest, _ := strings.Cut(line, " ")
		switch instruction {
		case "FROM":
			if rest != "scratch" {
				t.Errorf("%s: a shell and what else may be attacked is in it", line)
			}
		case "USER":
			user = rest
		case "COPY":
			if !strings.HasPrefix(rest, "--from=build ") {
				t.Errorf("%s: from this machine", line)
			}
			if _, chown, ok := strings.Cut(rest, "--chown="); ok {
				owner, _, _ = strings.Cut(chown, " ")
			}
		case "ENV", "VOLUME", "ENTRYPOINT", "CMD":
		default:
			t.Errorf("%s: unexpected", line)
		}
	}
	if uid, _, _ := strings.Cut(user, ":"); !isUser(uid) || user != owner {
		t.Errorf("it runs as %q, and the data belong to %q", user, owner)
	}
	for _, want := range []string{"ENV TALLY_DATA=/data", "VOLUME /data", `ENTRYPOINT ["/tally"]`, `CMD ["run"]`} {
		if !slices.Contains(all[last:], want) {
			t.Errorf("it lacks %s", want)
		}
	}
	module, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	if need := regexp.MustCompile(`(?m)^go (1\.\d+)`).FindSubmatch(module); need == nil || all[0] != "FROM golang:"+string(need[1])+" AS build" {
		t.Errorf("%s, but go.mod says %s", all[0], need)
	}
}

// isUser reports whether it is the number of a user that isn't root. A name could be root's.
func isUser(uid string) bool {
	n, err := strconv.ParseUint(uid, 10, 32)
	return err == nil && n > 0
}

// TestCompose: what the container can't do, and that nobody reaches it from outside.
func TestCompose(t *testing.T) {
	all := lines(t, "packaging/compose.yaml")
	for _, want := range []string{
		"read_only: true", "cap_drop: [ALL]", `security_opt: ["no-new-privileges:true"]`, "restart: unless-stopped",
		"- data:/data", "options: {max-size: 10m, max-file: \"3\"}",
	} {
		if !slices.Contains(all, want) {
			t.Errorf("it lacks %s", want)
		}
	}
	for _, line := range all {
		key, value, _ := strings.Cut(strings.TrimPrefix(line, "- "), ":")
		switch key {
		case "privileged", "network_mode", "pid", "ipc", "user", "userns_mode", "cap_add", "devices", "ports", "expose":
			t.Errorf("%s: it needs no such thing", line)
		case "DISCORD_TOKEN":
			if !strings.HasPrefix(strings.TrimSpace(value), "${DISCORD_TOKEN:?") {
				t.Errorf("%s: the token is not for this file", line)
			}
		}
		if strings.Contains(line, "docker.sock") {
			t.Errorf("%s: that is root on the host", line)
		}
	}
}

// TestDockerignore: neither a token nor data come into the image's build.
func TestDockerignore(t *testing.T) {
	all := lines(t, ".dockerignore")
	for _, want := range []string{".git", "data", "token*", "**/.env", "**/*.db"} {
		if !slices.Contains(all, want) {
			t.Errorf("it lacks %s", want)
		}
	}
}
