package projections

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"

	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// snapshotDir, in a data folder, holds one file a guild: CRC-32C, then the state. All of it may be
// deleted at any time.
const snapshotDir = "snapshots"

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func snapshotPath(dir string, guild snowflake.ID) string {
	return filepath.Join(dir, snapshotDir, guild.String()+".state")
}

// SaveSnapshot writes an encoded state into the data folder dir, in place of the one before: whole or
// not at all.
func SaveSnapshot(dir string, guild snowflake.ID, state []byte) error {
	path := snapshotPath(dir, guild)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("save a snapshot: %w", err)
	}
	b := binary.LittleEndian.AppendUint32(nil, crc32.Checksum(state, castagnoli))
	temporary := path + ".new"
	err := os.WriteFile(temporary, append(b, state...), 0o600)
	if err == nil {
		err = os.Rename(temporary, path)
	}
	if err != nil {
		return fmt.Errorf("save a snapshot: %w", err)
	}
	return nil
}

// RemoveSnapshot removes a guild's snapshot, and what a crash has left of one that was being written.
func RemoveSnapshot(dir string, guild snowflake.ID) error {
	for _, path := range []string{snapshotPath(dir, guild), snapshotPath(dir, guild) + ".new"} {
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("remove a snapshot: %w", err)
		}
	}
	return nil
}

// LoadSnapshot reads a guild's last snapshot from the data folder dir. It fails if there is none, or
// if it is damaged or of another version; then the log gives the state anew.
func LoadSnapshot(dir string, guild snowflake.ID) (*Guild, error) {
	b, err := os.ReadFile(snapshotPath(dir, guild))
	if err != nil {
		return nil, err
	}
	if len(b) < 4 || binary.LittleEndian.Uint32(b) != crc32.Checksum(b[4:], castagnoli) {
		return nil, errors.New("the snapshot is damaged")
	}
	g, err := Decode(b[4:])
	if err == nil && g.ID != guild {
		err = fmt.Errorf("the snapshot is guild %s's", g.ID)
	}
	return g, err
}

// Load returns a guild's state: its snapshot and the log's tail after it, or else all of the log. A
// snapshot that the log doesn't reach, because an older log was put back, is not used.
func Load(log *eventlog.Log, guild snowflake.ID) (*Guild, error) {
	g, err := LoadSnapshot(log.Dir(), guild)
	if err != nil {
		g = NewGuild(guild)
	} else if _, err := log.GetIn(guild, g.position); err != nil {
		g = NewGuild(guild)
	}
	for _, user := range log.Hidden(guild) { // the snapshot may be older than their erasure
		g.Anonymize(user)
	}
	if err := g.CatchUp(log); err != nil || !g.Stale() {
		return g, err
	}
	return ReplayBy(log, guild, PolicyOf(g.settings))
}
