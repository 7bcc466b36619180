package gate

import (
	"context"
	"errors"
	"fmt"

	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// erasure is a user who is to be erased.
type erasure struct {
	user snowflake.ID
	key  eventlog.Key
	hash uint64
}

// Erase makes a user anonymous in all that the log holds of the guild and for all time to come, and can't be undone. From
// an instant early on nothing shows him any more; it returns when no file of the log tells of him. Messages are
// counted meanwhile. If ctx ends or the process is killed before that, the next Open goes on. Of one who was
// erased before there is nothing to do.
func (g *Gate) Erase(ctx context.Context, user snowflake.ID) (eventlog.Erased, error) {
	g.erasing.Lock()
	defer g.erasing.Unlock()
	key, err := eventlog.MakeKey(g.log.Dir())
	if err != nil {
		return eventlog.Erased{}, err
	}
	e := &erasure{user, key, key.Hash(g.guild, user)}
	known := false
	g.View(func(state *projections.Guild) { known = state.HasErased(e.hash) })
	if known && len(g.log.Hidden(g.guild)) == 0 {
		if left, err := g.log.Naming(ctx, g.guild, user); err != nil || left.Records == 0 {
			return left, err
		}
	}
	g.saving.Lock() // a snapshot that is being made may name him
	err = g.submit(context.WithoutCancel(ctx), &job{erase: e})
	g.saving.Unlock()
	if err != nil {
		return eventlog.Erased{}, fmt.Errorf("erase a user of guild %s: %w", g.guild, err)
	}
	return g.finishErasing(ctx)
}

// Undisturbed calls look while nobody is erased: who reads the log and holds it against what he read before would find
// that messages have become another's.
func (g *Gate) Undisturbed(look func() error) error {
	g.erasing.Lock()
	defer g.erasing.Unlock()
	return look()
}

// hide is Erase's part of the writer: what comes after it finds the user anonymous everywhere.
func (g *Gate) hide(e *erasure) error {
	if !g.state.HasErased(e.hash) {
		if err := g.commit([][]eventlog.Body{{eventlog.UserErased{Hash: e.hash}}}); err != nil {
			return err
		}
	}
	g.masks.set(e.key)
	if err := g.log.Hide(g.guild, e.user); err != nil {
		return err
	}
	g.mu.Lock()
	g.state.Anonymize(e.user)
	g.changed = true
	g.mu.Unlock()
	g.erasures.Add(1)
	defer g.snapshots.Add(1)
	if err := projections.SaveSnapshot(g.log.Dir(), g.guild, g.state.Encode()); err != nil {
		g.slog.Warn("the snapshot was not saved; the next start reads the log instead", "error", err)
		return projections.RemoveSnapshot(g.log.Dir(), g.guild)
	}
	return nil
}

// finishErasing makes the count what a replay gives, to the byte, and rewrites the log. What is damaged in the log is
// told of, and doesn't keep what is whole from being erased.
func (g *Gate) finishErasing(ctx context.Context) (eventlog.Erased, error) {
	var damaged *eventlog.CorruptError
	if err := g.Recount(ctx, nil); errors.As(err, &damaged) {
		g.slog.Error("the log can't be counted anew after an erasure; the count goes on as it is", "error", err)
	} else if err != nil {
		return eventlog.Erased{}, err
	}
	done, err := g.log.Erase(ctx, g.guild)
	for _, err := range done.Damaged {
		g.slog.Error("a record can't be read, and may still name who was erased", "error", err)
	}
	return done, err
}

// resumeErasing goes on with what a stop has interrupted.
func (g *Gate) resumeErasing() {
	if len(g.log.Hidden(g.guild)) == 0 {
		return
	}
	g.erasing.Lock()
	g.beside.Go(func() {
		defer g.erasing.Unlock()
		if _, err := g.finishErasing(g.life); err != nil && g.life.Err() == nil {
			g.slog.Error("an erasure can't be finished for now; the next start goes on", "error", err)
		}
	})
}
