package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"time"
)

// file is one in an archive.
type file struct {
	name string
	mode fs.FileMode
	data []byte
}

// contents are the files for a platform: the binary, what to read, and on Linux what systemd needs.
func contents(p platform, binary []byte) ([]file, error) {
	name := "tally"
	if p.os == "windows" {
		name += ".exe"
	}
	files := []file{{name, 0o755, binary}}
	texts := []string{"README.md", "CHANGELOG.md", "LICENSE", "packaging/tally.toml"}
	if p.os == "linux" {
		texts = append(texts, "packaging/tally.service")
	}
	for _, from := range texts {
		b, err := os.ReadFile(filepath.FromSlash(from))
		if err != nil {
			return nil, err
		}
		files = append(files, file{path.Base(from), 0o644, b})
	}
	return files, nil
}

// pack writes an archive of one folder, with every file's time the same, and returns its path.
func pack(out, name string, p platform, files []file, at time.Time) (string, error) {
	var b bytes.Buffer
	write, ending := writeTar, ".tar.gz"
	if p.os == "windows" {
		write, ending = writeZip, ".zip"
	}
	if err := write(&b, name, files, at); err != nil {
		return "", fmt.Errorf("pack %s: %w", name, err)
	}
	to := filepath.Join(out, name+ending)
	return to, os.WriteFile(to, b.Bytes(), 0o644)
}

func writeTar(b *bytes.Buffer, name string, files []file, at time.Time) error {
	zipped := gzip.NewWriter(b)
	w := tar.NewWriter(zipped)
	for _, f := range files {
		h := &tar.Header{Name: name + "/" + f.name, Mode: int64(f.mode), Size: int64(len(f.data)), ModTime: at, Format: tar.FormatUSTAR}
		if err := w.WriteHeader(h); err != nil {
			return err
		}
		if _, err := w.Write(f.data); err != nil {
			return err
		}
	}
	return errors.Join(w.Close(), zipped.Close())
}

func writeZip(b *bytes.Buffer, name string, files []file, at time.Time) error {
	w := zip.NewWriter(b)
	for _, f := range files {
		h := &zip.FileHeader{Name: name + "/" + f.name, Method: zip.Deflate, Modified: at}
		h.SetMode(f.mode)
		to, err := w.CreateHeader(h)
		if err != nil {
			return err
		}
		if _, err := to.Write(f.data); err != nil {
			return err
		}
	}
	return w.Close()
}

// sums writes SHA256SUMS, as sha256sum -c reads it.
func sums(out string) error {
	entries, err := os.ReadDir(out) // by name
	if err != nil {
		return err
	}
	var b bytes.Buffer
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(out, e.Name()))
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "%x  %s\n", sha256.Sum256(data), e.Name())
	}
	return os.WriteFile(filepath.Join(out, "SHA256SUMS"), b.Bytes(), 0o644)
}
