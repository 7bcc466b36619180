package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// freePort sets $PORT to one that nobody listens on.
func freePort(ts *testscript.TestScript, _ bool, _ []string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	_, port, err := net.SplitHostPort(l.Addr().String())
	ts.Check(err)
	ts.Check(l.Close())
	ts.Setenv("PORT", port)
}

// fetch asks for a path on $PORT until it is answered with the given status; what is answered is stdout.
func fetch(ts *testscript.TestScript, _ bool, args []string) {
	ctx, stop := context.WithTimeout(context.Background(), scriptPatience)
	defer stop()
	client := &http.Client{}
	defer client.CloseIdleConnections()
	for {
		status, body := fetchOnce(ctx, client, "http://127.0.0.1:"+ts.Getenv("PORT")+args[1], args[2:])
		if status == args[0] {
			_, _ = ts.Stdout().Write(body) // a strings.Builder
			return
		}
		if ctx.Err() != nil {
			ts.Fatalf("%s: status %s, %s", args[1], status, body)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func fetchOnce(ctx context.Context, client *http.Client, url string, token []string) (status string, body []byte) {
	r, err := http.NewRequestWithContext(ctx, "GET", url, nil)
	if err != nil {
		return err.Error(), nil
	}
	if len(token) > 0 {
		r.Header.Set("Authorization", "Bearer "+token[0])
	}
	answer, err := client.Do(r)
	if err != nil {
		return err.Error(), nil
	}
	defer answer.Body.Close()
	body, _ = io.ReadAll(answer.Body) // cut short, it isn't what the script looks for
	return answer.Status[:3], body
}
