package session

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/coder/websocket"
)

func (c *scene) say(frame string) { _ = c.ws.Write(c.ctx, websocket.MessageText, []byte(frame)) }

func (c *scene) hello() { c.say(`{"op":10,"d":{"heartbeat_interval":41250},"s":null,"t":null}`) }

func (c *scene) event(seq int, kind, d string) {
	c.say(fmt.Sprintf(`{"op":0,"s":%d,"t":%q,"d":%s}`, seq, kind, d))
}

func (c *scene) readyIs(seq int) { c.event(seq, "READY", `{"v":9,"session_id":"s","guilds":[]}`) }

// hear returns the next frame's op; false when the client is gone.
func (c *scene) hear() (op int, ok bool) {
	_, b, err := c.ws.Read(c.ctx)
	if err != nil {
		return 0, false
	}
	var f struct{ Op int }
	_ = json.Unmarshal(b, &f)
	c.mu.Lock()
	defer c.mu.Unlock()
	switch f.Op {
	case 2:
		c.identify = append(c.identify, time.Now())
	case 6:
		c.resume = append(c.resume, time.Now())
	}
	return f.Op, true
}

// greet says hello and waits for IDENTIFY or RESUME.
func (c *scene) greet() int {
	c.hello()
	op, _ := c.hear()
	return op
}

// beat answers heartbeats until the client is gone.
func (c *scene) beat() {
	for {
		switch op, ok := c.hear(); {
		case !ok:
			return
		case op == 1:
			c.say(`{"op":11}`)
		}
	}
}

// settle hears the first heartbeat and lets discordgo settle: were the connection to end at once, its
// heartbeat would wait for a lock that is held during a sleep, and the clock of a bubble stand still.
func (c *scene) settle() {
	c.hear()
	time.Sleep(time.Second)
}

func (c *scene) listen() {
	for _, ok := c.hear(); ok; _, ok = c.hear() {
	}
}

func (c *scene) end(code int) { _ = c.ws.Close(websocket.StatusCode(code), "") }

// well is a scene in which all goes well.
func well(c *scene) {
	if c.greet() == 2 {
		c.readyIs(1)
	} else {
		c.event(2, "RESUMED", "{}")
	}
	c.beat()
}
