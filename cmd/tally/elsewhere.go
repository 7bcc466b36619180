package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"

	"context"
)

// socketName is the Unix socket in the data folder at which a running bot takes commands.
const socketName = "tally.sock"

// order asks a running bot to carry a command out.
type order struct {
	Version string   `json:"version"`
	Args    []string `json:"args"`
	Width   int      `json:"width"` // of the terminal; 0: there is none
	Draws   bool     `json:"draws"`
}

// piece is a part of a command's output, or its end. A command's output is JSON lines of these.
type piece struct {
	Out  []byte `json:"out,omitempty"`
	Err  []byte `json:"err,omitempty"`
	Exit *int   `json:"exit,omitempty"`
}

// endedError is the end of a command that was carried out elsewhere, and said all that there is to say.
type endedError int

func (e endedError) Error() string { return fmt.Sprintf("the command ended with %d", int(e)) }

// errEnded says that a command was not carried out to its end.
var errEnded = errors.New("the bot that carries the command out has ended")

// elsewhere has the bot that holds the log of a folder carry the command out. inUse is returned if nobody
// takes commands there.
func (t *terminal) elsewhere(dir string, inUse error) error {
	if len(t.args) == 0 {
		return inUse
	}
	var d net.Dialer
	client := http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return d.DialContext(ctx, "unix", filepath.Join(dir, socketName))
	}}}
	defer client.CloseIdleConnections()
	body, err := json.Marshal(order{Version: version(), Args: t.args, Width: t.width, Draws: t.draws})
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(t.ctx, http.MethodPost, "http://bot/", bytes.NewReader(body))
	if err != nil {
		return err
	}
	answer, err := client.Do(request)
	if err != nil {
		return errors.Join(inUse, t.ctx.Err())
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(answer.Body, 1<<10))
		return fmt.Errorf("%w: %s", inUse, bytes.TrimSpace(text))
	}
	return t.copyFrom(answer.Body)
}

// copyFrom writes what the command writes elsewhere, until its end.
func (t *terminal) copyFrom(r io.Reader) error {
	for in := json.NewDecoder(r); ; {
		var p piece
		if err := in.Decode(&p); err != nil {
			return advise(fmt.Errorf("%w: %w", errEnded, err), "Give the command again.")
		}
		if _, err := t.err.Write(p.Err); err != nil {
			return err
		}
		if _, err := t.out.Write(p.Out); err != nil {
			return err
		}
		if err := t.out.Flush(); err != nil {
			return err
		}
		switch {
		case p.Exit == nil:
		case *p.Exit == exitFine:
			return nil
		default:
			return endedError(*p.Exit)
		}
	}
}
