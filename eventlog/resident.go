package eventlog

import bolt "go.etcd.io/bbolt"

// mostResident is how many bytes of records may be read before what was read of the file is let go. It is
// mapped into memory and would stay there, all of it after a start or a recount, until the system needs room.
const mostResident = 32 << 20

// hasRead notes that so many bytes of records were read.
func (l *Log) hasRead(n int) {
	if l.resident.Add(int64(n)) < mostResident {
		return
	}
	l.resident.Store(0)
	_ = l.db.View(func(tx *bolt.Tx) error { // the file stays mapped where it is meanwhile
		letGo(l.db.Info().Data, uintptr(tx.Size()))
		return nil
	})
}
