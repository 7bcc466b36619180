package eventlog

import (
	"fmt"

	"github.com/oklog/ulid/v2"
)

// Checked is what Check has read.
type Checked struct {
	Records int // stored: a joined record is one
	Events  int
	Unknown int // events of kinds that this version doesn't know
	Erased  int // users who had themselves erased: the log needs its Key
}

// Check reads everything: bbolt's own structure, then each record's checksum, its place in the order,
// all that it holds, and whether joined records come apart. Each thing found wrong is given to report; Check returns
// an error only if it can't go on.
func (l *Log) Check(report func(error)) (Checked, error) {
	var done Checked
	faults, err := l.checkFile()
	for _, err := range faults {
		report(fmt.Errorf("the file: %w", err))
	}
	if err != nil {
		return done, err
	}
	guilds, err := l.Guilds()
	if err != nil {
		return done, err
	}
	for _, guild := range guilds {
		var last ulid.ULID
		for rec, err := range l.stored(guild) {
			done.Records++
			if rec == nil {
				return done, err
			}
			if err == nil {
				err = done.read(rec, last)
			}
			if err != nil {
				report(err)
				continue
			}
			last = rec.Last()
		}
	}
	return done, nil
}

// checkFile has bbolt check its structure. Appends wait until it is done: bbolt reads its list of free pages without a
// lock, and reading a map while it is written to would end the program.
func (l *Log) checkFile() (faults []error, err error) {
	tx, err := l.db.Begin(!l.db.IsReadOnly())
	if err != nil {
		return nil, err
	}
	defer func() { _ = tx.Rollback() }() // nothing was written
	for err := range tx.Check() {
		faults = append(faults, err)
	}
	return faults, nil
}

func (c *Checked) read(rec *Record, last ulid.ULID) error {
	if rec.Base.Compare(last) <= 0 {
		return rec.corrupt(fmt.Errorf("it begins before the record before it ends, at %s", last))
	}
	for body, err := range rec.Bodies() {
		if err != nil {
			return err
		}
		c.Events += body.Len()
		switch b := body.(type) {
		case *Page:
			if err := b.decodeIDs(); err != nil {
				return rec.corrupt(err)
			}
		case UserErased:
			c.Erased++
		case Unknown:
			c.Unknown += b.Len()
		}
	}
	for part, err := range rec.parts() {
		if err != nil {
			return err
		}
		if part.Base.Compare(last) <= 0 {
			return rec.corrupt(fmt.Errorf("its part %s begins before the part before it ends", part.Base))
		}
		last = part.Last()
	}
	return nil
}
