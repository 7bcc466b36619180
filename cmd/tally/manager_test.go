package main

import (
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// managers has the socket that stands for systemd in each script.
var managers sync.Map

// manager listens as systemd does.
func manager(ts *testscript.TestScript, _ bool, _ []string) {
	dir, err := os.MkdirTemp("", "notify-") // a socket's path must be short
	ts.Check(err)
	ts.Defer(func() { ts.Check(os.RemoveAll(dir)) })
	path := filepath.Join(dir, "socket")
	socket, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	ts.Check(err)
	ts.Defer(func() { ts.Check(socket.Close()) })
	managers.Store(ts, socket)
	ts.Setenv("NOTIFY_SOCKET", path)
	ts.Setenv("WATCHDOG_USEC", "60000")
}

// told waits until the manager is told a state; others before it are passed over.
func told(ts *testscript.TestScript, _ bool, args []string) {
	v, ok := managers.Load(ts)
	if !ok {
		ts.Fatalf("there is no manager yet")
	}
	socket := v.(*net.UnixConn)
	ts.Check(socket.SetReadDeadline(time.Now().Add(scriptPatience)))
	for b := make([]byte, 1024); ; {
		n, err := socket.Read(b)
		if err != nil {
			ts.Fatalf("%s was never told: %v", args[0], err)
		}
		if string(b[:n]) == args[0] {
			return
		}
	}
}
