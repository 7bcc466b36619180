package export

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"tally/eventlog/snowflake"
	"tally/projections"
)

// The formats.
const (
	CSV     = "csv"
	JSON    = "json"
	Parquet = "parquet"
)

// Writer writes rows in one of the formats.
type Writer struct {
	to  *bufio.Writer
	out format
}

// format is a way to write rows. end comes after the last of them.
type format interface {
	guild(guild snowflake.ID, rows []projections.UserDay) error
	end() error
}

// New returns a writer of a format, which must be one of the package's. What it wrote is whole after Close.
func New(to io.Writer, name string) *Writer {
	w := &Writer{to: bufio.NewWriterSize(to, 1<<16)}
	switch name {
	case CSV:
		w.out = &csvFormat{to: w.to}
	case JSON:
		w.out = jsonFormat{w.to}
	case Parquet:
		w.out = newParquet(w.to)
	default:
		panic("export: no format " + name)
	}
	return w
}

// Write writes the rows of a guild, all at once.
func (w *Writer) Write(guild snowflake.ID, rows []projections.UserDay) error {
	if err := w.out.guild(guild, rows); err != nil {
		return fmt.Errorf("write the rows of guild %s: %w", guild, err)
	}
	return nil
}

// Close ends the file. It doesn't close what is written to.
func (w *Writer) Close() error {
	if err := errors.Join(w.out.end(), w.to.Flush()); err != nil {
		return fmt.Errorf("end the file: %w", err)
	}
	return nil
}
