package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"tally/eventlog"
)

// serve takes commands at the socket of a data folder, for the one who runs the bot alone, until stop is
// called. The log is held by this process, so a socket that is there is a dead one's.
func serve(dir string, log *eventlog.Log, logger *slog.Logger) (stop func(), err error) {
	path := filepath.Join(dir, socketName)
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	ctx, cancel := context.WithCancel(context.Background())
	server := &http.Server{
		Handler: clerk{log}, BaseContext: func(net.Listener) context.Context { return ctx },
		ReadHeaderTimeout: time.Minute, ErrorLog: slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
	}
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(l) }) // it says that it was closed
	return func() {
		cancel() // ends the commands
		done, release := context.WithTimeout(context.Background(), time.Second)
		defer release()
		if server.Shutdown(done) != nil {
			_ = server.Close()
		}
		serving.Wait()
	}, nil
}

// clerk carries out commands on the log that the bot holds.
type clerk struct{ log *eventlog.Log }

func (c clerk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var o order
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&o); err != nil {
		http.Error(w, "no command: "+err.Error(), http.StatusBadRequest)
		return
	}
	if o.Version != version() {
		http.Error(w, fmt.Sprintf("the bot runs version %s of tally, this is %s", version(), o.Version), http.StatusConflict)
		return
	}
	answer := &pieces{to: json.NewEncoder(w), flush: http.NewResponseController(w).Flush}
	t := newTerminal(http.NoBody, out{answer}, talk{answer})
	t.ctx, t.args, t.width, t.draws, t.held = r.Context(), o.Args, o.Width, o.Draws, c.log
	code := t.run()
	_ = answer.write(piece{Exit: &code}) // who asked has gone, else
}

// pieces writes a command's output as it comes.
type pieces struct {
	mu    sync.Mutex
	to    *json.Encoder
	flush func() error
}

func (p *pieces) write(part piece) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return errors.Join(p.to.Encode(part), p.flush())
}

// out and talk are the two streams of a command.
type (
	out  struct{ *pieces }
	talk struct{ *pieces }
)

func (o out) Write(b []byte) (int, error)  { return len(b), o.write(piece{Out: b}) }
func (t talk) Write(b []byte) (int, error) { return len(b), t.write(piece{Err: b}) }
