package gate

import (
	"context"
	"errors"

	"tally/projections"
)

// Recount counts everything anew from the log, by the settings as they are, and puts that in the live count's
// place. compare, unless nil, sees both just before. Messages wait only for what came while the log was read.
func (g *Gate) Recount(ctx context.Context, compare func(old, next *projections.Guild)) error {
	return g.recount(ctx, compare, func() {})
}

func (g *Gate) recount(ctx context.Context, compare func(old, next *projections.Guild), done func()) error {
	var policy projections.Policy
	g.View(func(state *projections.Guild) { policy = projections.PolicyOf(state.Settings()) })
	erasures := g.erasures.Load()
	next, err := projections.ReplayBy(g.log, g.guild, policy)
	if err != nil {
		return err
	}
	return g.Swap(ctx, func() (*projections.Guild, error) {
		if err := next.CatchUp(g.log); err != nil {
			return nil, err
		}
		if next.Stale() || g.erasures.Load() != erasures { // the settings were changed again, or what was read names somebody erased
			if next, err = projections.ReplayBy(g.log, g.guild, projections.PolicyOf(next.Settings())); err != nil {
				return nil, err
			}
		}
		if compare != nil {
			compare(g.state, next)
		}
		done()
		return next, nil
	})
}

// recountBeside is called by the writer when the settings ask for another policy: the old numbers stay until
// those by the new one are there.
func (g *Gate) recountBeside() {
	if g.recounting || !g.state.Stale() {
		return
	}
	g.recounting = true
	g.beside.Go(func() {
		err := g.recount(context.Background(), nil, func() { g.recounting = false })
		if err != nil && !errors.Is(err, ErrClosed) { // to try again with each message would be of no use
			g.slog.Error("the new settings don't count yet: /recount or the next start tries again", "error", err)
		}
	})
}
