package discordtest

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"tally/eventlog/snowflake"
)

// Load adds a guild with the history in dir: channels.csv.gz (channel_id, parent_id, type text or
// thread, name), authors.csv.gz (author_id, bot) and messages.csv.gz (message_id, channel_id,
// author_id). Threads become archived public threads of their parent. All authors are members, the
// bot may read everything. Errors name the file and the line.
func Load(s *Server, dir string) (*Guild, error) {
	g := s.newGuild(s.mint.next(), filepath.Base(dir))
	l := loader{g: g, dir: dir, authors: map[snowflake.ID]uint32{}}
	for _, step := range []struct {
		file string
		line func([][]byte) error
		cols int
	}{
		{"channels.csv.gz", l.channel, 4},
		{"authors.csv.gz", l.author, 2},
		{"messages.csv.gz", l.message, 3},
	} {
		if err := l.read(step.file, step.cols, step.line); err != nil {
			return nil, fmt.Errorf("load %s: %w", filepath.Join(dir, step.file), err)
		}
	}
	l.finish()
	g.publishGuild()
	return g, nil
}

// loader fills a guild that no session knows yet.
type loader struct {
	g       *Guild
	dir     string
	authors map[snowflake.ID]uint32
	last    *channel
}

// read calls f for each line after the head; the fields are good until f returns.
func (l *loader) read(name string, cols int, f func([][]byte) error) error {
	file, err := os.Open(filepath.Join(l.dir, name))
	if err != nil {
		return err
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(bufio.NewReaderSize(file, 1<<16))
	if err != nil {
		return err
	}
	lines := bufio.NewReaderSize(unzipped, 1<<16)
	fields := make([][]byte, 0, cols)
	for n := 1; ; n++ {
		line, err := lines.ReadSlice('\n')
		if err == io.EOF && len(line) == 0 {
			return nil
		}
		if err != nil && err != io.EOF {
			return fmt.Errorf("line %d: %w", n, err)
		}
		if n == 1 {
			continue
		}
		fields = split(fields[:0], bytes.TrimRight(line, "\r\n"))
		if len(fields) != cols {
			return fmt.Errorf("line %d: %d fields, want %d", n, len(fields), cols)
		}
		if err := f(fields); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
}

// split cuts a line at its commas; the files quote nothing.
func split(to [][]byte, line []byte) [][]byte {
	for {
		i := bytes.IndexByte(line, ',')
		if i < 0 {
			return append(to, line)
		}
		to = append(to, line[:i])
		line = line[i+1:]
	}
}

func (l *loader) channel(f [][]byte) error {
	id, err := snowflake.Parse(string(f[0]))
	if err != nil {
		return err
	}
	c := &channel{guild: l.g, id: id, kind: TextChannel, name: string(f[3])}
	switch string(f[2]) {
	case "text":
	case "thread":
		if c.parent, err = snowflake.Parse(string(f[1])); err != nil {
			return err
		}
		c.kind = PublicThread
		c.thread = &thread{owner: l.g.owner, archived: true, members: map[snowflake.ID]bool{}}
	default:
		return fmt.Errorf("channel type %q", f[2])
	}
	if _, taken := l.g.s.channelOf(id); taken {
		return fmt.Errorf("channel %v is there already", id)
	}
	l.g.insert(c)
	return nil
}

func (l *loader) author(f [][]byte) error {
	id, err := snowflake.Parse(string(f[0]))
	if err != nil {
		return err
	}
	u := user{id: id, name: "user-" + string(f[0][max(0, len(f[0])-6):]), bot: string(f[1]) == "1"}
	l.authors[id] = l.g.join(u)
	return nil
}

func (l *loader) message(f [][]byte) error {
	var ids [3]snowflake.ID
	for i := range ids {
		for _, d := range f[i] {
			if d < '0' || d > '9' {
				return fmt.Errorf("%q is not an id", f[i])
			}
			ids[i] = ids[i]*10 + snowflake.ID(d-'0')
		}
	}
	if l.last == nil || l.last.id != ids[1] {
		if l.last = l.g.channels[ids[1]]; l.last == nil {
			return fmt.Errorf("no channel %v", ids[1])
		}
	}
	author, ok := l.authors[ids[2]]
	if !ok {
		return fmt.Errorf("no author %v", ids[2])
	}
	l.last.rows.list = append(l.last.rows.list, row{id: ids[0], author: author})
	return nil
}

// finish orders the rows, dates the threads and works the permissions out.
func (l *loader) finish() {
	g := l.g
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, c := range g.order {
		c.rows.settle()
		if c.thread != nil {
			c.thread.stamp = max(c.rows.newest(), c.id).Time().Add(72*time.Hour + 123456*time.Microsecond)
			c.thread.sent = c.rows.count()
		}
	}
	g.refreshQuiet()
}

// settle sorts rows that were appended in any order and drops doubles.
func (l *rowList) settle() {
	if !slices.IsSortedFunc(l.list, byRowID) {
		slices.SortFunc(l.list, byRowID)
	}
	l.list = slices.CompactFunc(l.list, func(a, b row) bool { return a.id == b.id })
}

func byRowID(a, b row) int {
	switch {
	case a.id < b.id:
		return -1
	case a.id > b.id:
		return 1
	}
	return 0
}
