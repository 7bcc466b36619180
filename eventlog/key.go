package eventlog

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"tally/eventlog/snowflake"
)

// KeyName is the file in a data folder by which erased users are known again.
const KeyName = "erasure.key"

const keySize = 32

// Errors of LoadKey.
var (
	ErrNoKey  = errors.New("no erasure key here")
	ErrBadKey = errors.New("not an erasure key")
)

// Key knows erased users again without telling who they are: the log holds a hash of each, under this key.
type Key struct{ secret []byte }

// Hash returns what UserErased says of a user. Each guild has another hash of him.
func (k Key) Hash(guild, user snowflake.ID) uint64 {
	mac := hmac.New(sha256.New, k.secret)
	mac.Write(guildKey(guild))
	mac.Write(guildKey(user))
	return binary.BigEndian.Uint64(mac.Sum(nil))
}

// LoadKey reads the key of the data folder dir. It fails with ErrNoKey where there is none, and with ErrBadKey where
// the file is something else.
func LoadKey(dir string) (Key, error) {
	path := filepath.Join(dir, KeyName)
	b, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Key{}, fmt.Errorf("%w: %s", ErrNoKey, path)
	case err != nil:
		return Key{}, fmt.Errorf("read the erasure key: %w", err)
	case len(b) != keySize:
		return Key{}, fmt.Errorf("%w: %s has %d bytes and should have %d: put it back from a backup", ErrBadKey, path, len(b), keySize)
	}
	return Key{b}, nil
}

// MakeKey is LoadKey, but that it makes a key where there is none. The key is on disk when it returns.
func MakeKey(dir string) (Key, error) {
	k, err := LoadKey(dir)
	if !errors.Is(err, ErrNoKey) {
		return k, err
	}
	k.secret = make([]byte, keySize)
	_, _ = rand.Read(k.secret) // never fails
	if err := writeWhole(filepath.Join(dir, KeyName), k.secret); err != nil {
		return Key{}, fmt.Errorf("make the erasure key: %w", err)
	}
	return LoadKey(dir)
}

// writeWhole makes a file that is there whole or not at all, whenever a crash comes. Of several writers the first wins.
func writeWhole(path string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new-*") // 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.Write(content)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		if err := os.Rename(f.Name(), path); err != nil { // a file system without links
			return err
		}
	}
	return syncFolder(filepath.Dir(path))
}
