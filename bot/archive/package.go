package archive

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"tally/bot/discord"
	"tally/eventlog/snowflake"
)

// readPackage finds out of which channel a data package's file is, and whose the package is, and reads it.
func (f *File) readPackage(c *collector, read func() error) error {
	var channel struct {
		ID, Type text
		Guild    struct{ ID text }
	}
	dir := path.Dir(f.path)
	if !f.beside(dir, "channel.json", &channel) {
		return ErrNotArchive
	}
	var err error
	if c.place.Channel, err = snowflake.Parse(string(channel.ID)); err != nil {
		return ErrNotArchive
	}
	if c.place.Guild, err = snowflake.Parse(string(channel.Guild.ID)); err != nil || c.place.Guild == 0 {
		return ErrDirect
	}
	c.place.Thread = strings.HasSuffix(string(channel.Type), "_THREAD") || slices.Contains([]text{"10", "11", "12"}, channel.Type)
	if c.o.Owner == 0 && !f.owner(path.Dir(path.Dir(dir)), &c.o.Owner) {
		return ErrNoOwner
	}
	return read()
}

// owner reads whose a package is.
func (f *File) owner(root string, owner *snowflake.ID) bool {
	account, ok := f.entry(root, "account")
	var user struct{ ID text }
	if !ok || !f.beside(account, "user.json", &user) {
		return false
	}
	id, err := snowflake.Parse(string(user.ID))
	*owner = id
	return err == nil && id != 0
}

// beside reads a small file of a folder.
func (f *File) beside(dir, name string, into any) bool {
	file, ok := f.entry(dir, name)
	if !ok {
		return false
	}
	b, err := fs.ReadFile(f.fsys, file)
	return err == nil && json.Unmarshal(b, into) == nil
}

// entry finds a name in a folder: packages of different years write it large or small.
func (f *File) entry(dir, name string) (string, bool) {
	entries, err := fs.ReadDir(f.fsys, dir)
	if err != nil {
		return "", false
	}
	at := slices.IndexFunc(entries, func(e fs.DirEntry) bool { return strings.EqualFold(e.Name(), name) })
	if at < 0 {
		return "", false
	}
	return path.Join(dir, entries[at].Name()), true
}

func readPackageJSON(in io.Reader, c *collector) error {
	return eachOf(json.NewDecoder(in), c, func(m *struct{ ID, Contents, Attachments text }) error {
		return c.own(string(m.ID), string(m.Contents), string(m.Attachments))
	})
}

// own takes a message of the package's owner.
func (c *collector) own(id, contents, attachments string) error {
	if contents == "" && attachments == "" {
		c.skip(Wordless)
		return nil
	}
	return c.add(id, c.o.Owner.String(), discord.Message{Type: discord.TypeDefault})
}

// readCSV reads a data package's CSV, and knows an export's.
func (f *File) readCSV(in io.Reader, c *collector) error {
	r := csv.NewReader(in)
	r.ReuseRecord = true
	head, err := r.Read()
	if err != nil {
		return ErrNotArchive
	}
	head = slices.Clone(head)
	id, contents, attachments := slices.Index(head, "ID"), slices.Index(head, "Contents"), slices.Index(head, "Attachments")
	switch {
	case slices.Contains(head, "AuthorID") && slices.Contains(head, "Date"):
		return ErrNoIDs
	case id < 0 || contents < 0 || attachments < 0:
		return ErrNotArchive
	}
	return f.readPackage(c, func() error {
		for {
			row, err := r.Read()
			if err == io.EOF {
				return nil
			}
			if err == nil {
				err = c.own(row[id], row[contents], row[attachments])
			}
			if err != nil {
				return brokenRow(r, err)
			}
		}
	})
}

// brokenRow tells a row that ends early because the file does from one that is damaged.
func brokenRow(r *csv.Reader, err error) error {
	var parse *csv.ParseError
	if !errors.As(err, &parse) {
		return err
	}
	if _, next := r.Read(); next == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
