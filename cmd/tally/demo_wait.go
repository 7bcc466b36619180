package main

import (
	"context"
	"fmt"
	"time"
)

// await waits until the bot knows the server.
func (s *stage) await(ctx context.Context) error {
	return until(ctx, startWithin, "the bot to know the server", func() (bool, error) {
		if err := s.gone(); err != nil {
			return false, err
		}
		target, ok := s.bot.Guild(s.guild.ID())
		s.target = target
		return ok, nil
	})
}

// gone says that the bot ended by itself, if it did.
func (s *stage) gone() error {
	select {
	case err := <-s.ended:
		s.ended <- err
		return fmt.Errorf("the bot ended: %w", err)
	default:
		return nil
	}
}

// until asks again and again, for as long as within.
func until(ctx context.Context, within time.Duration, what string, ok func() (bool, error)) error {
	deadline := time.Now().Add(within)
	for {
		done, err := ok()
		switch {
		case err != nil || done:
			return err
		case time.Now().After(deadline):
			return fmt.Errorf("waited %s in vain for %s", within, what)
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
