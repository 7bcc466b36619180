package main

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"tally/bot/discordtest"
)

// TestStoppedEarly presses Ctrl-C while Discord doesn't answer: that is no failure.
func TestStoppedEarly(t *testing.T) {
	discord := discordtest.New(discordtest.Options{})
	defer discord.Close()
	ctx, stop := context.WithCancel(t.Context())
	discord.OnRequest(func(*http.Request) *discordtest.Fault {
		stop()
		return &discordtest.Fault{Delay: time.Minute}
	})
	var out, talk bytes.Buffer
	code := run(ctx, []string{"run", "--data", t.TempDir(), "--token", discord.Token(), "--discord-url", discord.URL()}, http.NoBody, &out, &talk)
	if code != exitFine || !strings.Contains(talk.String(), "stopped before Discord had answered") {
		t.Errorf("exit code %d: %s%s", code, &out, &talk)
	}
}
