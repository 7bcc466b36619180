package gate

import (
	"tally/projections"
)

// A snapshot is worth its writing when the tail after it, which the next start must read, takes as long to
// read as the snapshot does: an event for every few of its bytes, within these bounds.
const (
	leastTail    = 5_000 // events
	mostTail     = 200_000
	bytesAnEvent = 10 // of a snapshot
)

// snapshotBeside makes a snapshot when it is due, in a goroutine of its own: from the one before and what the
// log holds since. The live count is not touched, so that no message waits for something as large as the guild.
func (g *Gate) snapshotBeside() {
	due := min(max(int(g.saved.Load())/bytesAnEvent, leastTail), mostTail)
	if g.dirty < due || !g.saving.TryLock() { // the one before is still being made
		return
	}
	g.dirty = 0
	g.beside.Go(func() {
		defer g.saving.Unlock()
		g.save(projections.Load(g.log, g.guild))
	})
}

// snapshotAfresh makes a snapshot from the log alone: the one before may hold what a recount has mended.
func (g *Gate) snapshotAfresh() {
	g.dirty = 0
	policy := g.state.Policy()
	g.beside.Go(func() {
		g.saving.Lock()
		defer g.saving.Unlock()
		g.save(projections.ReplayBy(g.log, g.guild, policy))
	})
}

// Snapshots returns how many snapshots were saved. A count that was loaded before the newest one may name who was
// erased, or rest on what a recount has mended.
func (g *Gate) Snapshots() int64 { return g.snapshots.Load() }

// snapshotAtEnd is called by the writer when it ends: the state stands still.
func (g *Gate) snapshotAtEnd() {
	g.beside.Wait()
	if g.changed {
		g.save(g.state, nil)
	}
}

// save writes a snapshot. A failure costs only time at the next start.
func (g *Gate) save(state *projections.Guild, err error) {
	if err == nil {
		b := state.Encode()
		g.saved.Store(int64(len(b)))
		err = projections.SaveSnapshot(g.log.Dir(), g.guild, b)
		g.snapshots.Add(1)
	}
	if err != nil {
		g.slog.Warn("the snapshot was not saved; the next start reads the log instead", "error", err)
	}
}
