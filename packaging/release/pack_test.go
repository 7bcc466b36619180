package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	if err := os.Chdir("../.."); err != nil { // where make runs it
		panic(err)
	}
	os.Exit(m.Run())
}

// TestPack: each archive holds the binary, executable, and what belongs to it; the same twice over.
func TestPack(t *testing.T) {
	at := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		p    platform
		path string
		read func(*testing.T, []byte) []string
		want []string
	}{
		{platform{"linux", "arm64"}, "x.tar.gz", readTar, []string{"x/tally -rwxr-xr-x", "x/README.md -rw-r--r--", "x/CHANGELOG.md -rw-r--r--", "x/LICENSE -rw-r--r--", "x/tally.toml -rw-r--r--", "x/tally.service -rw-r--r--"}},
		{platform{"darwin", "amd64"}, "x.tar.gz", readTar, []string{"x/tally -rwxr-xr-x", "x/README.md -rw-r--r--", "x/CHANGELOG.md -rw-r--r--", "x/LICENSE -rw-r--r--", "x/tally.toml -rw-r--r--"}},
		{platform{"windows", "amd64"}, "x.zip", readZip, []string{"x/tally.exe -rwxr-xr-x", "x/README.md -rw-r--r--", "x/CHANGELOG.md -rw-r--r--", "x/LICENSE -rw-r--r--", "x/tally.toml -rw-r--r--"}},
	} {
		var bytesOf [2][]byte
		for n := range bytesOf {
			out := t.TempDir()
			files, err := contents(c.p, []byte("a binary"))
			if err != nil {
				t.Fatal(err)
			}
			path, err := pack(out, "x", c.p, files, at)
			if err != nil || path != filepath.Join(out, c.path) {
				t.Fatalf("%v: %s, %v", c.p, path, err)
			}
			if bytesOf[n], err = os.ReadFile(path); err != nil {
				t.Fatal(err)
			}
			if err := sums(out); err != nil {
				t.Fatal(err)
			}
			sum, err := os.ReadFile(filepath.Join(out, "SHA256SUMS"))
			if want := fmt.Sprintf("%x  %s\n", sha256.Sum256(bytesOf[n]), c.path); err != nil || string(sum) != want {
				t.Errorf("%v: sums %q, want %q, %v", c.p, sum, want, err)
			}
		}
		if !bytes.Equal(bytesOf[0], bytesOf[1]) {
			t.Errorf("%v: two archives of the same differ", c.p)
		}
		if got := c.read(t, bytesOf[0]); !slices.Equal(got, c.want) {
			t.Errorf("%v: %v", c.p, got)
		}
	}
}

func readTar(t *testing.T, b []byte) (names []string) {
	unzipped, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	for r := tar.NewReader(unzipped); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return names
		}
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		check(t, h.Name, data, err)
		names = append(names, h.Name+" "+h.FileInfo().Mode().String())
	}
}

func readZip(t *testing.T, b []byte) (names []string) {
	r, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.File {
		from, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(from)
		check(t, f.Name, data, err)
		names = append(names, f.Name+" "+f.Mode().String())
	}
	return names
}

// check looks at a file that was unpacked.
func check(t *testing.T, name string, data []byte, err error) {
	t.Helper()
	want := []byte("a binary")
	if base := filepath.Base(name); !strings.HasPrefix(base, "tally") || strings.Contains(base, ".toml") || strings.Contains(base, ".service") {
		if want, err = os.ReadFile(base); errors.Is(err, os.ErrNotExist) {
			want, err = os.ReadFile(filepath.Join("packaging", base))
		}
	}
	if err != nil || !bytes.Equal(data, want) {
		t.Errorf("%s: %d bytes, want %d, %v", name, len(data), len(want), err)
	}
}
