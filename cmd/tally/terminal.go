package main

// What goes where:
//
//   - Standard output is for what was asked for: tables, JSON lines, CSV, the demo's summary, the
//     invite link, help that was asked for. It can be piped as it is.
//   - Standard error is for talk: errors and what to do about them, warnings, the bot's log, progress.
//     Lines of the program itself begin with "tally:" where something went wrong.
//   - There are no colours. A progress bar is drawn only if both are a terminal; tables are fitted to
//     the terminal's width only if standard output is one.

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"

	"github.com/dustin/go-humanize"
	"golang.org/x/term"

	"tally/eventlog"
)

// terminal is what a command reads from and writes to.
type terminal struct {
	in    io.Reader
	out   *bufio.Writer // flushed when the command ends
	err   io.Writer
	width int  // of standard output; 0: it is no terminal
	draws bool // both are terminals
	asks  bool // standard input and standard error are: somebody can be asked

	ctx  context.Context
	args []string      // the command line
	held *eventlog.Log // of the bot that carries the command out; nil: it runs by itself
}

func newTerminal(stdin io.Reader, stdout, stderr io.Writer) *terminal {
	t := &terminal{ctx: context.Background(), in: stdin, out: bufio.NewWriter(stdout), err: stderr, width: widthOf(stdout)}
	t.draws = t.width > 0 && widthOf(stderr) > 0
	in, ok := stdin.(*os.File)
	t.asks = ok && term.IsTerminal(int(in.Fd())) && widthOf(stderr) > 0
	return t
}

// widthOf returns a terminal's width, or 0 for what is none.
func widthOf(w io.Writer) int {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0
	}
	if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
		return width
	}
	return 80
}

// say writes a line of talk.
func (t *terminal) say(format string, args ...any) { fmt.Fprintf(t.err, format+"\n", args...) }

// print writes a line of data.
func (t *terminal) print(format string, args ...any) { fmt.Fprintf(t.out, format+"\n", args...) }

// number writes 1234567 as 1,234,567.
func number[T int | int64 | uint64](n T) string { return humanize.Comma(int64(n)) }
