package session

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"github.com/bwmarrin/discordgo"
)

// Event is a dispatch of the gateway, or one of the supervisor's own.
type Event struct {
	Type string // such as MESSAGE_CREATE
	Data json.RawMessage
}

// The types of the supervisor's own events.
const (
	// Disconnected tells of the end of a connection, once. No event of that connection comes after it. No
	// other connection is made before it is taken, however long that is: nothing could be taken of that either.
	Disconnected = "_DISCONNECTED"
	// Acknowledged tells that the gateway has answered a heartbeat: all that it sent before has come. It
	// doesn't tell so while a session is being resumed: the answer may overtake the events that are sent again.
	Acknowledged = "_ACKNOWLEDGED"
)

// Supervisor keeps a connection open.
type Supervisor struct {
	// New returns a fresh discordgo session, see rest.NewSession.
	New func() *discordgo.Session
	// Take is given the events, one at a time. It should only put them on a queue: while it waits
	// nothing is read from the gateway. It must return when its context ends. If it ended because the event
	// could not be taken in time, the session is given up without being resumed: nothing more of it is given,
	// and the next begins with a READY, so that what is lost is known to be.
	Take func(context.Context, Event)
	Log  *slog.Logger

	timing *timing // nil: usual
}

// timing is how long things may take.
type timing struct {
	open     time.Duration // for an Open; discordgo itself would wait for ever
	close    time.Duration // for a Close; it takes a second where all is well
	mute     time.Duration // without an answer to a heartbeat
	take     time.Duration // until an event is taken
	pause    time.Duration // the first one between two attempts
	identify time.Duration // between two IDENTIFYs
}

// usual is for Discord, which asks for a heartbeat every 41.25 s, allows an IDENTIFY every 5 s, and after
// op 9 wants a pause of 1 to 5 s.
var usual = timing{
	open: time.Minute, close: 3 * time.Second, mute: 100 * time.Second, take: 30 * time.Second, pause: 2 * time.Second, identify: 5 * time.Second,
}

// Run keeps a connection open until ctx ends, or until Discord says that it is of no use to go on.
func (s *Supervisor) Run(ctx context.Context) error {
	t := usual
	if s.timing != nil {
		t = *s.timing
	}
	ctx, cancel := context.WithCancel(ctx) // of all sessions that are given up
	defer cancel()
	p := newPace(s, t)
	for c := s.connection(ctx, t); ; {
		fresh := !c.begun.Load()
		if fresh {
			p.identify(ctx)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		up, err := c.run(ctx)
		if fresh {
			p.identified = time.Now().Add(-up)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := fatal(err); err != nil {
			return err
		}
		if c.ctx.Err() != nil {
			c = s.connection(ctx, t)
		}
		p.pause(ctx, up, err)
	}
}
