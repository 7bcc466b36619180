package eventlog

import bolt "go.etcd.io/bbolt"

const (
	// mostResident is how many bytes of the file may be read before what was read is let go. It is mapped into
	// memory and would stay there, all of it after a start or a recount, until the system needs room.
	mostResident = 32 << 20
	// readAround is what a look at one place brings in: there are several pages on the way to it, and Linux brings
	// in what lies around each.
	readAround = 512 << 10
)

// hasRead notes that something was read, of so many bytes in a row.
func (l *Log) hasRead(n int) {
	if l.resident.Add(max(int64(n), readAround)) < mostResident {
		return
	}
	l.resident.Store(0)
	_ = l.db.View(func(tx *bolt.Tx) error { // the file stays mapped where it is meanwhile
		letGo(l.db.Info().Data, uintptr(tx.Size()))
		return nil
	})
}
