package discordtest

import (
	"bytes"
	"compress/zlib"
	"errors"
	"strconv"
	"time"

	"github.com/coder/websocket"
)

// zlibFrom is the size in bytes from which a dispatch goes out compressed to a client that asked
// for it.
const zlibFrom = 1500

// frameWriter makes the frames of one connection.
type frameWriter struct {
	buf   []byte
	small bytes.Buffer
	zip   *zlib.Writer
}

// writeLoop sends what is queued, and closes the connection when it is told to or when the
// client is silent for two heartbeat intervals.
func (c *conn) writeLoop() {
	defer c.cancel()
	var w frameWriter
	patience := 2 * c.s.opts.HeartbeatInterval
	quiet := time.NewTimer(patience)
	defer quiet.Stop()
	for c.flush(&w) == nil {
		select {
		case <-c.ctx.Done():
			return
		case <-c.wake:
		case <-quiet.C:
			c.mu.Lock()
			rest := patience - time.Since(c.beat)
			c.mu.Unlock()
			if rest <= 0 {
				c.endf(4009, "Session timed out", "no heartbeat in %v", patience)
			}
			quiet.Reset(max(rest, time.Millisecond))
		}
	}
}

var errEnded = errors.New("connection ended")

// flush writes all that is queued: control frames first, then dispatches in batches.
func (c *conn) flush(w *frameWriter) error {
	batch := make([]event, 0, 64)
	for {
		ctl, x, end := c.queued()
		for _, b := range ctl {
			if err := c.ws.Write(c.ctx, websocket.MessageText, b); err != nil {
				return err
			}
		}
		if end != nil {
			if end.code == 0 {
				_ = c.ws.CloseNow()
			} else {
				_ = c.ws.Close(end.code, end.reason)
			}
			return errEnded
		}
		if x == nil {
			return nil
		}
		if batch = x.take(c, batch[:0], cap(batch)); len(batch) == 0 {
			return nil
		}
		for _, e := range batch {
			kind, b := w.frame(e, x.compress)
			if err := c.ws.Write(c.ctx, kind, b); err != nil {
				return err
			}
		}
	}
}

func (c *conn) queued() (ctl [][]byte, x *session, end *ending) {
	c.mu.Lock()
	defer c.mu.Unlock()
	ctl, c.ctl = c.ctl, nil
	return ctl, c.sess, c.ending
}

// frame wraps an event; the bytes are good until the next call.
func (w *frameWriter) frame(e event, compress bool) (websocket.MessageType, []byte) {
	b := append(w.buf[:0], `{"t":"`...)
	b = append(b, e.t...)
	b = append(b, `","s":`...)
	b = strconv.AppendInt(b, e.seq, 10)
	b = append(b, `,"op":0,"d":`...)
	b = append(b, e.d...)
	b = append(b, '}')
	w.buf = b
	if !compress || len(b) < zlibFrom {
		return websocket.MessageText, b
	}
	w.small.Reset()
	if w.zip == nil {
		w.zip, _ = zlib.NewWriterLevel(&w.small, zlib.BestSpeed) // fails for an unknown level only
	} else {
		w.zip.Reset(&w.small)
	}
	_, _ = w.zip.Write(b) // a bytes.Buffer takes all
	_ = w.zip.Close()
	return websocket.MessageBinary, w.small.Bytes()
}
