package main

import (
	"context"
	"math/rand/v2"
	"time"

	"tally/bot/discordtest"
)

// gatewayFault is something that the gateway does to the bot's connection.
type gatewayFault struct {
	kind  string
	does  string
	loses bool // what was sent just before may never arrive
	to    func(*discordtest.Server)
}

var (
	cutOff  = gatewayFault{faultDrop, "the gateway's connection is cut", false, func(s *discordtest.Server) { s.Disconnect(discordtest.Cut{}) }}
	closed  = gatewayFault{faultDrop, "the gateway closes the connection (4000)", false, func(s *discordtest.Server) { s.Disconnect(discordtest.Cut{Code: 4000}) }}
	lost    = gatewayFault{faultLost, "the gateway closes the connection and forgets the session (4009)", true, forget}
	op7     = gatewayFault{faultOp7, "the gateway wants the bot to reconnect (op 7)", false, (*discordtest.Server).Reconnect}
	op9     = gatewayFault{faultOp9, "the gateway calls the session invalid, but resumable (op 9)", false, func(s *discordtest.Server) { s.InvalidSession(true) }}
	op9Lost = gatewayFault{faultOp9, "the gateway calls the session invalid (op 9)", true, func(s *discordtest.Server) { s.InvalidSession(false) }}
)

func forget(s *discordtest.Server) { s.Disconnect(discordtest.Cut{Code: 4009, Invalidate: true}) }

// gatewayFaultsOf deals the faults to the acts. The bot waits longer after each one, and longest for a new
// session, so not all of them can come in one act.
func gatewayFaultsOf(rng *rand.Rand) [chaosLives][]gatewayFault {
	deal := [chaosLives][]gatewayFault{{lost}, {op9}, {cutOff, op7}}
	if rng.IntN(2) == 0 {
		deal[2][0] = closed
	}
	if rng.IntN(3) == 0 {
		deal[1][0] = op9Lost
	}
	rng.Shuffle(len(deal), func(i, j int) { deal[i], deal[j] = deal[j], deal[i] })
	return deal
}

// happen does it to the connection, and waits until the bot listens again.
func (f gatewayFault) happen(c *chaos, ctx context.Context) error {
	if err := c.until(ctx, "the bot to listen", c.listening); err != nil {
		return err
	}
	if f.loses {
		if err := c.lull(ctx); err != nil {
			return err
		}
	}
	was, since := c.server.Stats(), time.Now()
	f.to(c.server)
	c.survived.add(f.kind, 1)
	c.tell("%s", f.does)
	how, anew := "", "anew"
	err := c.until(ctx, "the bot to listen again", func() bool {
		switch is := c.server.Stats(); {
		case is.Identifies > was.Identifies:
			how = anew
		case is.Resumes > was.Resumes:
			how = "again, the session was resumed"
		}
		return how != "" && c.listening()
	})
	if err == nil {
		if how != anew {
			c.survived.Resumed++
		}
		c.tell("  … and the bot listens %s, after %.1f s", how, time.Since(since).Seconds())
	}
	return err
}
