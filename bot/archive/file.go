package archive

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"tally/bot/discord"
	"tally/eventlog/snowflake"
)

// Errors of one file. The first two come after all that could be read of it was given.
var (
	ErrCutOff     = errors.New("cut off")
	ErrDamaged    = errors.New("damaged")
	ErrNotArchive = errors.New("no export as JSON, and no part of a data package")
	ErrNoIDs      = errors.New("an export as CSV: it has no message ids, without which nothing can be counted exactly once")
	ErrDirect     = errors.New("direct messages, or of a server that the file doesn't name")
	ErrNoOwner    = errors.New("a data package without account/user.json, so whose it is is not known")
)

// batchSize is how many messages are given at once, at the most.
const batchSize = 4096

// Place is where messages were written. Parent is a thread's channel where the file says so, else 0.
type Place struct {
	Guild, Channel, Parent snowflake.ID
	Thread                 bool
}

// File is one file to be read.
type File struct {
	Name  string // as it was asked for
	Size  int64  // in bytes, as read: packed, where it is packed
	Asked bool   // it was named itself, not found in a folder
	fsys  fs.FS
	path  string
}

// Read is what was found in one file.
type Read struct {
	Place   Place // zero if the file doesn't say
	Given   int
	Skipped map[Reason]int
	Nobody  int // of those given: by the account that stands for all whose own is gone
}

// read gives the messages of a file in batches of one place. Its errors are those of files, those of give,
// and those of the disk.
func (f *File) read(ctx context.Context, o Options, give func(Place, []discord.Message) error) (*Read, error) {
	raw, err := f.fsys.Open(f.path)
	if err != nil {
		return &Read{}, err
	}
	defer raw.Close()
	c := &collector{ctx: ctx, o: o, give: give, found: &Read{Skipped: map[Reason]int{}}}
	in, err := unpacked(&counted{raw, o.Progress, 0})
	if err == nil {
		err = f.decode(in, c)
	}
	if err == nil {
		_, err = io.Copy(io.Discard, in) // gzip's checksum is at its end
	}
	c.found.Place = c.place
	if c.failed == nil {
		_ = c.flush() // of a file that is cut off too; its error is kept
	}
	if c.failed != nil {
		return c.found, c.failed
	}
	return c.found, kindOf(err)
}

// decode chooses the decoder by what the file begins with.
func (f *File) decode(in *bufio.Reader, c *collector) error {
	for {
		b, err := in.Peek(1)
		if err != nil {
			return err
		}
		switch b[0] {
		case ' ', '\t', '\r', '\n':
			_, _ = in.Discard(1)
		case '{':
			return readExport(in, c)
		case '[':
			return f.readPackage(c, func() error { return readPackageJSON(in, c) })
		default:
			return f.readCSV(in, c)
		}
	}
}

// unpacked takes off gzip and a byte order mark, if they are there.
func unpacked(raw io.Reader) (*bufio.Reader, error) {
	in := bufio.NewReaderSize(raw, 1<<16)
	if magic, _ := in.Peek(2); string(magic) == "\x1f\x8b" {
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, err
		}
		in = bufio.NewReaderSize(z, 1<<16)
	}
	if mark, _ := in.Peek(3); string(mark) == "\xef\xbb\xbf" {
		_, _ = in.Discard(3)
	}
	return in, nil
}

// kindOf tells what a decoder's error says of the file.
func kindOf(err error) error {
	switch {
	case err == nil, errors.Is(err, ErrNotArchive), errors.Is(err, ErrNoIDs), errors.Is(err, ErrDirect), errors.Is(err, ErrNoOwner):
		return err
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return ErrCutOff
	}
	var disk *fs.PathError
	if errors.As(err, &disk) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrDamaged, err)
}

// counted tells of the bytes that are read.
type counted struct {
	io.Reader
	tell func(bytes int64)
	n    int64
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	if c.n += int64(n); c.tell != nil {
		c.tell(int64(n))
	}
	return n, err
}
