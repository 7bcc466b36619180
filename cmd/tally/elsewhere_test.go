package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"tally/bot/discordtest"
	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// attended is a fixture's folder whose log this process holds, as a running bot does.
func attended(t *testing.T) (dir string, log *eventlog.Log) {
	t.Helper()
	dir = t.TempDir()
	writeFixture(dir, func(err error) { mustBe(t, err) })
	return dir, attend(t, dir)
}

func attend(t *testing.T, dir string) *eventlog.Log {
	t.Helper()
	log, err := openLog(dir, eventlog.Options{NoSync: true})
	mustBe(t, err)
	stop, err := serve(dir, log, slog.New(slog.DiscardHandler))
	mustBe(t, err)
	t.Cleanup(func() {
		stop()
		mustBe(t, log.Close())
	})
	return log
}

func mustBe(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// measured is what of the doctor's is another each time: free space, and how long commits take.
var measured = regexp.MustCompile(`[0-9.]+ [KMGT]iB free|[0-9.]+(µs|ms|s)\b`)

// TestElsewhere has each command that reads a log say the same with and without a bot that holds it.
func TestElsewhere(t *testing.T) {
	t.Setenv(tokenVariable, "")
	dir := t.TempDir()
	writeFixture(dir, func(err error) { mustBe(t, err) })
	t.Chdir(t.TempDir()) // what is named relatively is the caller's
	mustBe(t, os.WriteFile("general.json", []byte(`{"guild": {"id": "100000000000000001"}, "channel": {"id": "100000000000000011"}, "messages": [
		{"id": "1300000000000000001", "type": "Default", "author": {"id": "300000000000000001"}}]}`), 0o600))
	type said struct {
		code     int
		out, err string
	}
	ask := func(args string) said {
		var out, talk bytes.Buffer
		code := run(t.Context(), append(strings.Fields(args), "--data", dir), http.NoBody, &out, &talk)
		return said{code, measured.ReplaceAllString(out.String(), "…"), talk.String()}
	}
	commands := []string{
		"status", "status --format json", "status --guild 17", "verify", "replay", "replay --format json", "log ls", "log ls --kind no-such",
		"export", "export --format json", "export --format parquet", "log ls --format json", "log tail -n 3", "log stats", "log check", "backup --out -", "log get 01ARZ3NDEKTSV4RRFFQ69G5FAV",
		"report --out -", "report --format json", "export --period month", "export --period 7-days --as-of 2026-08-02 --format json",
		"erase --dry-run --guild 100000000000000001", "erase --dry-run --format json --guild 100000000000000001 --user 300000000000000002",
		"erase --dry-run --guild 17", "doctor", "doctor --format json", "import-archive --dry-run general.json",
		"import-archive --dry-run --format json general.json", "import-archive --dry-run nowhere.json",
	}
	alone := map[string]said{}
	for _, c := range commands {
		alone[c] = ask(c)
	}
	attend(t, dir)
	if _, err := openLog(dir, eventlog.Options{ReadOnly: true}); err == nil {
		t.Fatal("the log is not held")
	}
	for _, c := range commands {
		if got := ask(c); got != alone[c] {
			t.Errorf("tally %s:\n%+v\nwithout the bot:\n%+v", c, got, alone[c])
		}
	}
	if info, err := os.Stat(filepath.Join(dir, socketName)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the socket: %v, %v", info.Mode(), err)
	}
}

// TestFollow has what a bot adds come one by one, until Ctrl-C.
func TestFollow(t *testing.T) {
	dir, log := attended(t)
	ctx, stop := context.WithCancel(t.Context())
	r, w := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"log", "tail", "-f", "-n", "1", "--kind", "channel_deleted", "--format", "json", "--data", dir}, http.NoBody, w, io.Discard)
	}()
	lines := bufio.NewScanner(r)
	for channel := range 3 {
		_, err := log.Append(guildA, []eventlog.Body{eventlog.GapOpened{Gap: 1, After: 1}, eventlog.ChannelDeleted{Channel: 70 + snowflake.ID(channel)}})
		mustBe(t, err)
		if !lines.Scan() || !strings.Contains(lines.Text(), `"channel_id":"7`+string(rune('0'+channel))+`"`) {
			t.Fatalf("%d: %q, %v", channel, lines.Text(), lines.Err())
		}
	}
	stop()
	if code := <-ended; code != exitFine {
		t.Errorf("exit code %d", code)
	}
}

// TestFollowNeedsABot says so, and what else doesn't go.
func TestFollowNeedsABot(t *testing.T) {
	dir := t.TempDir()
	writeFixture(dir, func(err error) { mustBe(t, err) })
	var talk bytes.Buffer
	if code := run(t.Context(), []string{"log", "tail", "-f", "--data", dir}, http.NoBody, io.Discard, &talk); code != exitUsage || !strings.Contains(talk.String(), "no bot runs on this log") {
		t.Errorf("%d %s", code, &talk)
	}
}

// TestInterruptedElsewhere presses Ctrl-C before the bot has answered: that is said, and nothing of a log in use.
func TestInterruptedElsewhere(t *testing.T) {
	dir, _ := attended(t)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	for _, args := range [][]string{{"log", "check"}, {"doctor"}} {
		var talk bytes.Buffer
		if code := run(ctx, append(args, "--data", dir), http.NoBody, io.Discard, &talk); code != exitFailed || talk.String() != "tally: interrupted\nGive the command again.\n" {
			t.Errorf("%s: %d %s", args, code, &talk)
		}
	}
}

// TestDeadSocket has a bot take the place of one that was killed, and a log that is held without a socket
// give the usual error.
func TestDeadSocket(t *testing.T) {
	dir := t.TempDir()
	writeFixture(dir, func(err error) { mustBe(t, err) })
	mustBe(t, os.WriteFile(filepath.Join(dir, socketName), nil, 0o600))
	log, err := openLog(dir, eventlog.Options{NoSync: true})
	mustBe(t, err)
	var talk bytes.Buffer
	if code := run(t.Context(), []string{"status", "--data", dir}, http.NoBody, io.Discard, &talk); code != exitFailed || !strings.Contains(talk.String(), "in use by another process") {
		t.Errorf("%d %s", code, &talk)
	}
	mustBe(t, log.Close())
	attend(t, dir)
	if code := run(t.Context(), []string{"status", "--data", dir}, http.NoBody, io.Discard, io.Discard); code != exitFine {
		t.Errorf("exit code %d", code)
	}
}

// TestDoctorKeepsTheToken: the bot is asked to look at its log, and told nothing that it needn't know.
func TestDoctorKeepsTheToken(t *testing.T) {
	dir := t.TempDir()
	writeFixture(dir, func(err error) { mustBe(t, err) })
	log, err := openLog(dir, eventlog.Options{NoSync: true})
	mustBe(t, err)
	defer func() { mustBe(t, log.Close()) }()
	l, err := net.Listen("unix", filepath.Join(dir, socketName))
	mustBe(t, err)
	told := make(chan string, 1)
	server := http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		told <- string(b)
		clerk{log}.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(b)))
	})}
	go func() { _ = server.Serve(l) }()
	defer func() { mustBe(t, server.Close()) }()
	discord := discordtest.New(discordtest.Options{Token: "a-secret-token"})
	defer discord.Close()
	discord.AddGuild("home").AddChannel(discordtest.ChannelSpec{Name: "general"})
	out := call(t, exitFine, "doctor", "--data", dir, "--token", "a-secret-token", "--discord-url", discord.URL())
	if !strings.Contains(out, "whole: 17 events in 12 records") {
		t.Error(out)
	}
	if order := <-told; strings.Contains(order, "secret") || !strings.Contains(order, "doctor") {
		t.Errorf("the bot was told %s", order)
	}
}

// TestExportElsewhere has a file written here that the bot fills.
func TestExportElsewhere(t *testing.T) {
	dir := t.TempDir()
	writeFixture(dir, func(err error) { mustBe(t, err) })
	alone := call(t, exitFine, "export", "--data", dir, "--format", "parquet")
	attend(t, dir)
	file := filepath.Join(t.TempDir(), "a.parquet")
	call(t, exitFine, "export", "--data", dir, "--format", "parquet", "--out", file)
	if b, err := os.ReadFile(file); err != nil || string(b) != alone || !strings.HasPrefix(alone, "PAR1") {
		t.Errorf("%d bytes of %d, %v", len(b), len(alone), err)
	}
}
