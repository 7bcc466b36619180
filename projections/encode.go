package projections

import (
	"encoding/binary"
	"maps"
	"slices"
	"time"

	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// stateVersion is the version of the encoding below. A snapshot of another version is not read: the
// log gives the state anew.
const stateVersion = 6

// Encode returns the whole state in its one canonical form: equal states give equal bytes. It is a
// snapshot's content, and what replay and live state are compared by.
func (g *Guild) Encode() []byte {
	e := encoder{}
	e.uints(stateVersion, uint64(g.ID))
	e.b = append(e.b, g.position[:]...)
	e.uints(uint64(g.newest), g.unknown, uint64(g.imports))
	e.settings(g.policy, g.settings)
	e.uints(uint64(len(g.erased)))
	e.uints(slices.Sorted(maps.Keys(g.erased))...)
	e.time(g.left)
	for _, i := range []*Import{g.committed, g.running, g.ended} {
		e.importState(i)
	}
	e.ids(g.deleted.all())
	e.ids(g.unmet.all())
	e.uints(uint64(g.gapped), uint64(g.unheard), uint64(len(g.gaps)))
	for _, gap := range g.Gaps() {
		e.uints(uint64(gap.Number), uint64(gap.After), uint64(gap.Channel))
	}
	e.uints(uint64(len(g.channels)))
	for _, id := range slices.Sorted(maps.Keys(g.channels)) {
		e.channel(g, id, g.channels[id])
	}
	return e.b
}

type encoder struct{ b []byte }

func (e *encoder) uints(values ...uint64) {
	for _, v := range values {
		e.b = binary.AppendUvarint(e.b, v)
	}
}

func (e *encoder) bool(v bool) {
	var n uint64
	if v {
		n = 1
	}
	e.uints(n)
}

func (e *encoder) time(t time.Time) {
	if e.bool(!t.IsZero()); !t.IsZero() {
		e.uints(uint64(t.UnixMilli()))
	}
}

func (e *encoder) ids(ids []snowflake.ID) {
	e.uints(uint64(len(ids)))
	var last snowflake.ID
	for _, id := range ids {
		e.uints(uint64(id - last))
		last = id
	}
}

// settings stand as the event that says them.
func (e *encoder) settings(p Policy, s eventlog.Settings) {
	for _, counts := range []bool{p.Bots, p.Webhooks, p.Commands} {
		e.bool(counts)
	}
	b := eventlog.SettingsChanged{Settings: s}.Encode()
	e.uints(uint64(len(b)))
	e.b = append(e.b, b...)
}

func (e *encoder) importState(i *Import) {
	if e.bool(i != nil); i == nil {
		return
	}
	e.uints(uint64(i.Number), uint64(i.Cutoff), uint64(i.By), uint64(i.In), uint64(i.Outcome), i.Messages, uint64(i.Report))
	e.bool(i.Told)
	e.bool(i.Forced)
	e.bool(i.Partial)
	e.uints(uint64(i.Gapped))
	e.time(i.Finished)
	e.uints(uint64(len(i.Channels)))
	for _, id := range slices.Sorted(maps.Keys(i.Channels)) {
		c := i.Channels[id]
		e.uints(uint64(id), uint64(c.Cursor), c.Messages, uint64(c.Outcome))
	}
}

func (e *encoder) channel(g *Guild, id snowflake.ID, ch *channel) {
	e.uints(uint64(id), uint64(ch.parent), uint64(ch.by), uint64(ch.cutoff))
	e.bool(ch.deleted)
	e.uints(uint64(ch.checked), uint64(ch.unheard))
	e.uints(uint64(len(ch.cells)))
	for _, at := range g.byAuthor(ch) {
		c, r := ch.cells[at], aside{}
		if at < len(ch.aside) {
			r = ch.aside[at]
		}
		e.uints(uint64(g.author(ch, at)), uint64(c.imported), uint64(c.stream), uint64(c.deleted), uint64(r.next), uint64(r.after))
	}
}
