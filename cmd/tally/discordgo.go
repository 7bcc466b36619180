package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/bwmarrin/discordgo"
)

var (
	discordgoLog    atomic.Pointer[slog.Logger]
	setDiscordgoLog = sync.OnceFunc(func() { discordgo.Logger = logDiscordgo })
)

// adoptDiscordgo sends what discordgo logs to logger. Its own way is a global function, which is set
// once: its goroutines read it at any time.
func adoptDiscordgo(logger *slog.Logger) {
	discordgoLog.Store(logger)
	setDiscordgoLog()
}

func logDiscordgo(level, _ int, format string, args ...any) {
	l := slog.LevelDebug
	switch level {
	case discordgo.LogError, discordgo.LogWarning:
		// What it calls an error is a lost connection, which the bot's session tells of itself.
		l = slog.LevelInfo
	}
	if logger := discordgoLog.Load(); logger != nil && logger.Enabled(context.Background(), l) {
		logger.Log(context.Background(), l, "discordgo", "text", fmt.Sprintf(format, args...))
	}
}

// hide keeps a secret out of all talk from now on.
func (t *terminal) hide(secret string) { t.err = &redacting{w: t.err, secret: []byte(secret)} }

// redacting is a writer that takes a secret out of what is written. Every line comes in one Write.
type redacting struct {
	w      io.Writer
	secret []byte
}

func (r *redacting) Write(b []byte) (int, error) {
	if _, err := r.w.Write(bytes.ReplaceAll(b, r.secret, []byte("[token]"))); err != nil {
		return 0, err
	}
	return len(b), nil
}
