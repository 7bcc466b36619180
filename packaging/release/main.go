// Command release builds tally for every platform and packs each binary with what belongs to it: one archive a
// platform (zip for Windows, else tar.gz) and SHA256SUMS. The same commit gives the same bytes.
//
//	go run ./packaging/release -out dist
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// platform is an operating system and a processor, as Go names them.
type platform struct{ os, arch string }

var platforms = []platform{
	{"linux", "amd64"}, {"linux", "arm64"}, {"darwin", "amd64"}, {"darwin", "arm64"}, {"windows", "amd64"}, {"windows", "arm64"},
}

// source is what is built.
type source struct {
	version, commit string
	at              time.Time // of the commit: the time of all files
}

func main() {
	out := flag.String("out", "dist", "folder for the archives")
	version := flag.String("version", "", "version (default: git describe)")
	flag.Parse()
	if err := release(*out, *version); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

func release(out, version string) error {
	src, err := head(version)
	if err != nil {
		return err
	}
	if err := errors.Join(os.RemoveAll(out), os.MkdirAll(out, 0o755)); err != nil {
		return err
	}
	for _, p := range platforms {
		binary, err := build(src, p)
		if err != nil {
			return fmt.Errorf("%s/%s: %w", p.os, p.arch, err)
		}
		files, err := contents(p, binary)
		if err != nil {
			return err
		}
		path, err := pack(out, fmt.Sprintf("tally-%s-%s-%s", src.version, p.os, p.arch), p, files, src.at)
		if err != nil {
			return err
		}
		fmt.Println(path)
	}
	return sums(out)
}

// head asks Git what is checked out.
func head(version string) (src source, err error) {
	src.version = version
	if version == "" {
		if src.version, err = git("describe", "--tags", "--always", "--dirty"); err != nil {
			return src, err
		}
	}
	if src.commit, err = git("rev-parse", "HEAD"); err != nil {
		return src, err
	}
	seconds, err := git("log", "-1", "--format=%ct")
	if err != nil {
		return src, err
	}
	n, err := strconv.ParseInt(seconds, 10, 64)
	src.at = time.Unix(n, 0).UTC()
	return src, err
}

func git(args ...string) (string, error) {
	out, err := exec.Command("git", args...).Output()
	if err != nil {
		return "", fmt.Errorf("git %s: %w", args[0], err)
	}
	return strings.TrimSpace(string(out)), nil
}

// build returns the binary for a platform. It has the time zones' data in it: a container or Windows has none.
func build(src source, p platform) ([]byte, error) {
	dir, err := os.MkdirTemp("", "tally-release-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }() // it is in the system's folder for such
	path := filepath.Join(dir, "tally")
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-tags", "timetzdata",
		"-ldflags", "-s -w -X main.release="+src.version+" -X main.commit="+src.commit, "-o", path, "./cmd/tally")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+p.os, "GOARCH="+p.arch)
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("go build: %w", err)
	}
	return os.ReadFile(path)
}
