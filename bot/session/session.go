package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/cenkalti/backoff/v5"
	"github.com/gorilla/websocket"
)

// Errors that no retry mends.
var (
	ErrToken   = errors.New("Discord does not accept the token (make a new one on the application's Bot page)")
	ErrIntents = errors.New("Discord does not allow the intents that the bot asks for")
	ErrRefused = errors.New("Discord refuses the connection for good")
)

const (
	openTimeout  = 60 * time.Second // for an Open; discordgo itself would wait for ever
	closeTimeout = 3 * time.Second  // for a Close; it takes a second where all is well
	firstPause   = time.Second      // between two attempts; it grows
	longestPause = 2 * time.Minute
)

// Event is a dispatch of the gateway, or one of the supervisor's own.
type Event struct {
	Type string // such as MESSAGE_CREATE
	Data json.RawMessage
}

// The types of the supervisor's own events.
const (
	// Disconnected tells of the end of a connection.
	Disconnected = "_DISCONNECTED"
	// Acknowledged tells that the gateway has answered a heartbeat: all that it sent before has come.
	Acknowledged = "_ACKNOWLEDGED"
)

// Supervisor keeps a connection open.
type Supervisor struct {
	// New returns a fresh discordgo session, see rest.NewSession.
	New func() *discordgo.Session
	// Take is given the events, one at a time. It should only put them on a queue.
	Take func(context.Context, Event)
	Log  *slog.Logger
}

// Run keeps a connection open until ctx ends, or until Discord says that it is of no use to go on.
func (s *Supervisor) Run(ctx context.Context) error {
	pause := backoff.NewExponentialBackOff()
	pause.InitialInterval, pause.MaxInterval = firstPause, longestPause
	c := s.connection(ctx)
	for {
		opened, err := c.open(ctx)
		switch {
		case opened:
			pause.Reset()
			err = c.wait(ctx, func() { s.Take(ctx, Event{Type: Acknowledged}) })
			s.Take(ctx, Event{Type: Disconnected})
		case fatal(err) != nil:
			return fatal(err)
		case errors.Is(err, errHung):
			c = s.connection(ctx)
		}
		if ctx.Err() != nil {
			c.close()
			return ctx.Err()
		}
		next := pause.NextBackOff()
		s.Log.Warn("the gateway connection is down", "error", err, "retry_in", next.Round(time.Millisecond))
		select {
		case <-time.After(next):
		case <-ctx.Done():
		}
	}
}

// fatal returns an error that says what to do about err, if a retry can't mend it
// (https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes).
func fatal(err error) error {
	var closed *websocket.CloseError
	if !errors.As(err, &closed) {
		return nil
	}
	switch closed.Code {
	case 4004:
		return ErrToken
	case 4013, 4014:
		return ErrIntents
	case 4010, 4011, 4012:
		return fmt.Errorf("%w: %w", ErrRefused, closed)
	}
	return nil
}
