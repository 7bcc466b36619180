package session

import (
	"net"
	"sync/atomic"
	"time"
)

// Sizes of what discordgo writes, in bytes. TLS adds 21, 22 or 29 to a frame.
const (
	// smallFrame is more than a heartbeat, a pong or a close frame has, and less than any IDENTIFY.
	smallFrame = 200
	// closeFrame is what a close frame has without a reason: header, mask and code.
	closeFrame = 2 + 4 + 2
)

// guarded keeps from Discord what discordgo would better not send. What is written is encrypted, so it is
// known by its size.
type guarded struct {
	net.Conn
	wire  *wire
	tls   atomic.Bool
	up    atomic.Bool // the handshakes are done
	spoke atomic.Bool // the first frame was sent, IDENTIFY or RESUME
}

// SetDeadline without a deadline is what gorilla/websocket does when its handshake is done.
func (g *guarded) SetDeadline(t time.Time) error {
	if t.IsZero() {
		g.up.Store(true)
	}
	return g.Conn.SetDeadline(t)
}

// Write refuses a second IDENTIFY, with which discordgo answers op 9 at once and each time anew, whatever
// Discord's limits are. It swallows close frames: discordgo sends them with code 1000 when it was itself
// cut off, and then Discord forgets the session that is to be resumed.
func (g *guarded) Write(b []byte) (int, error) {
	switch {
	case !g.up.Load():
		const handshake = 0x16 // the type of a TLS record
		if len(b) > 0 && b[0] == handshake {
			g.tls.Store(true)
		}
	case g.isClose(b) && !g.wire.polite.Load():
		return len(b), nil // discordgo closes the socket a second later
	case g.spoke.Swap(true) && len(b) > smallFrame:
		g.wire.refused.Store(true)
		_ = g.Conn.Close() // discordgo ignores the error of this write, but then can't read
		return 0, errInvalid
	}
	return g.Conn.Write(b)
}

func (g *guarded) isClose(b []byte) bool {
	if !g.tls.Load() {
		const fin, opClose = 0x80, 8
		return len(b) == closeFrame && b[0] == fin|opClose
	}
	overhead := len(b) - closeFrame
	return overhead == 21 || overhead == 22 || overhead == 29
}
