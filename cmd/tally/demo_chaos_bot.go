package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"tally/eventlog"
	"tally/projections"
)

// process is the bot in a process of its own, as `tally run` runs it.
type process struct {
	cmd  *exec.Cmd
	said bytes.Buffer // its log, unless that is shown; to be read when done is closed
	done chan struct{}
}

// spawn starts the bot in another process.
func (s *stage) spawn() (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	p := &process{done: make(chan struct{})}
	p.cmd = exec.Command(self, "run", "--data", s.dir, "--discord-url", s.server.URL(), "--requests-per-second", "0", "--pages-per-second", "0")
	p.cmd.Args[0] = "tally" // by this name the tests' binary is it too
	p.cmd.Env = append(os.Environ(), tokenVariable+"="+s.server.Token())
	p.cmd.Stderr = &p.said
	if s.talks {
		p.cmd.Args = append(p.cmd.Args, "--verbose")
		p.cmd.Stderr = s.t.err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the bot: %w", err)
	}
	go func() {
		defer close(p.done)
		_ = p.cmd.Wait() // it ends by a kill
	}()
	return p, nil
}

// kill ends the process as kill -9 does, and waits for its end.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // fails if it has ended by itself
	<-p.done
}

// endedEarly says that the bot ended by itself, if it did.
func (c *chaos) endedEarly() error {
	if c.process == nil {
		return c.gone()
	}
	select {
	case <-c.process.done:
		return fmt.Errorf("the bot ended by itself: %s", strings.TrimSpace(c.process.said.String()))
	default:
		return nil
	}
}

// wakeBot starts the bot: in a process of its own if this life is to end by a kill. The last life is in
// this process, for the demo to look into it.
func (c *chaos) wakeBot(ctx context.Context, act int) error {
	if act == chaosLives-1 {
		if err := c.start(); err != nil {
			return err
		}
		c.tell("the bot starts again, now in the demo's process")
		return c.await(ctx)
	}
	var err error
	if c.process, err = c.spawn(); err != nil {
		return err
	}
	c.tell("the bot starts as a process of its own, %d", c.process.cmd.Process.Pid)
	return c.until(ctx, "the bot to listen", c.listening)
}

// killBot kills the bot and lets people write on for a while without it.
func (c *chaos) killBot(ctx context.Context) error {
	if err := c.lull(ctx); err != nil {
		return err
	}
	c.process.kill()
	c.process = nil
	c.listens.Store(false)
	if err := c.checkRuns(); err != nil {
		return err
	}
	c.survived.Restarts++
	c.tell("killed the bot with about %d %% of the history read; people write on and open a thread", c.pages.percent())
	c.openThread()
	return c.pass(ctx, downtime)
}

// checkRuns makes sure, from the log that the killed bot has left, that it was in the middle of the import.
func (c *chaos) checkRuns() error {
	return dataFlag{c.dir}.read(&terminal{}, func(log *eventlog.Log) error {
		g, err := projections.Load(log, c.guild.ID())
		if err == nil && g.Running() == nil {
			err = errors.New("no import was running when the bot was killed: make it longer")
		}
		return err
	})
}

// askForImport sends /import-messages until the bot takes it.
func (c *chaos) askForImport(ctx context.Context) error {
	c.tell("/import-messages")
	deadline := time.Now().Add(startWithin)
	for {
		c.imported = time.Now()
		reply, err := c.ask(ctx, c.history, "import-messages", nil)
		switch {
		case err == nil && len(reply.Embeds) > 0 && strings.Contains(reply.Embeds[0].Title, "has started"):
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case time.Now().After(deadline):
			return errors.Join(errors.New("the import doesn't start"), err)
		}
		if err := c.pass(ctx, 20*time.Millisecond); err != nil {
			return err
		}
	}
}
