package archive

import (
	"archive/zip"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Set is what is to be read.
type Set struct {
	Files []*File
	zips  []*zip.ReadCloser
}

// Find finds the files that may hold messages: those that are named, and in folders and ZIP files those whose
// names end as archives' do. Whether they do is seen when they are read.
func Find(paths ...string) (*Set, error) {
	s := &Set{}
	for _, p := range paths {
		if err := s.add(p); err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	return s, nil
}

// Close closes the ZIP files.
func (s *Set) Close() (err error) {
	for _, z := range s.zips {
		err = errors.Join(err, z.Close())
	}
	s.zips = nil
	return err
}

// Size returns the bytes of all files, as they are packed.
func (s *Set) Size() (bytes int64) {
	for _, f := range s.Files {
		bytes += f.Size
	}
	return bytes
}

func (s *Set) add(name string) error {
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	if isZip(name) && !info.IsDir() {
		return s.addZip(name)
	}
	// A file of a data package has to be read together with those around it: all paths are the disk's.
	whole, err := filepath.Abs(name)
	if err != nil {
		return err
	}
	root := filepath.VolumeName(whole) + string(filepath.Separator)
	below := filepath.ToSlash(strings.TrimPrefix(whole, root))
	if below == "" {
		below = "."
	}
	if !info.IsDir() {
		s.Files = append(s.Files, &File{Name: name, Size: info.Size(), Asked: true, fsys: os.DirFS(root), path: below})
		return nil
	}
	return s.walk(os.DirFS(root), below, s.addZip, func(path string) string {
		return filepath.Join(name, filepath.FromSlash(strings.TrimPrefix(strings.TrimPrefix(path, below), "/")))
	})
}

func (s *Set) addZip(name string) error {
	z, err := zip.OpenReader(name)
	if err != nil {
		return fmt.Errorf("%s: %w: a ZIP file can't be read without its end", name, err)
	}
	s.zips = append(s.zips, z)
	inner := func(string) error { return nil } // none that is inside another
	return s.walk(z, ".", inner, func(path string) string { return name + ":" + path })
}

// walk adds what of a folder may be an archive.
func (s *Set) walk(fsys fs.FS, dir string, zipped func(name string) error, nameOf func(path string) string) error {
	return fs.WalkDir(fsys, dir, func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir():
			return nil
		case isZip(path):
			return zipped(nameOf(path))
		case !mayBe(path):
			return nil
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		s.Files = append(s.Files, &File{Name: nameOf(path), Size: info.Size(), fsys: fsys, path: path})
		return nil
	})
}

func isZip(name string) bool { return strings.EqualFold(filepath.Ext(name), ".zip") }

func mayBe(name string) bool {
	name = strings.TrimSuffix(strings.ToLower(name), ".gz")
	return strings.HasSuffix(name, ".json") || strings.HasSuffix(name, ".csv")
}
