package projections

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"tally/eventlog"
	"tally/eventlog/snowflake"
)

var errState = errors.New("not a state that this version can read")

// Decode reads a state that Encode wrote.
func Decode(b []byte) (*Guild, error) {
	d := decoder{b: b}
	if v := d.uint(); v != stateVersion {
		return nil, fmt.Errorf("%w: version %d, this one reads %d", errState, v, stateVersion)
	}
	g := NewGuild(snowflake.ID(d.uint()))
	if len(d.b) >= len(g.position) {
		d.b = d.b[copy(g.position[:], d.b):]
	}
	g.newest, g.unknown, g.imports = d.id(), d.uint(), uint32(d.uint())
	d.settings(g)
	for n := d.uint(); n > 0 && !d.bad; n-- {
		g.erased[d.uint()] = true
	}
	g.left = d.time()
	g.committed, g.running, g.ended = d.importState(), d.importState(), d.importState()
	d.ids(&g.deleted)
	d.ids(&g.unmet)
	g.gapped, g.unheard = uint32(d.uint()), uint32(d.uint())
	for n := d.uint(); n > 0 && !d.bad; n-- {
		gap := Gap{uint32(d.uint()), d.id(), d.id()}
		g.gaps[gap.Number] = gap
	}
	for n := d.uint(); n > 0 && !d.bad; n-- {
		d.channel(g)
	}
	if d.bad || len(d.b) > 0 {
		return nil, errState
	}
	return g, nil
}

type decoder struct {
	b   []byte
	bad bool
}

func (d *decoder) uint() uint64 {
	v, n := binary.Uvarint(d.b)
	if n <= 0 {
		d.bad, d.b = true, nil
		return 0
	}
	d.b = d.b[n:]
	return v
}

func (d *decoder) id() snowflake.ID { return snowflake.ID(d.uint()) }

func (d *decoder) bool() bool { return d.uint() != 0 }

func (d *decoder) time() (t time.Time) {
	if d.bool() {
		t = time.UnixMilli(int64(d.uint())).UTC()
	}
	return t
}

func (d *decoder) ids(s *idSet) {
	var last snowflake.ID
	for n := d.uint(); n > 0 && !d.bad; n-- {
		last += d.id()
		s.add(last)
	}
}

func (d *decoder) settings(g *Guild) {
	g.policy = Policy{Bots: d.bool(), Webhooks: d.bool(), Commands: d.bool()}
	n := d.uint()
	if n > uint64(len(d.b)) {
		d.bad = true
		return
	}
	e, err := eventlog.DecodeSettings(d.b[:n])
	g.settings, d.b, d.bad = e.Settings, d.b[n:], d.bad || err != nil
}

func (d *decoder) importState() *Import {
	if !d.bool() {
		return nil
	}
	i := &Import{
		Number: uint32(d.uint()), Cutoff: d.id(), By: d.id(), In: d.id(),
		Outcome: eventlog.Outcome(d.uint()), Messages: d.uint(), Report: d.id(), Told: d.bool(), Forced: d.bool(), Partial: d.bool(), Gapped: uint32(d.uint()),
		Channels: map[snowflake.ID]*ImportChannel{},
	}
	i.Finished = d.time()
	for n := d.uint(); n > 0 && !d.bad; n-- {
		i.Channels[d.id()] = &ImportChannel{Cursor: d.id(), Messages: d.uint(), Outcome: eventlog.Outcome(d.uint())}
	}
	return i
}

func (d *decoder) channel(g *Guild) {
	id := d.id()
	ch := g.channel(id)
	g.setParent(id, d.id())
	ch.by, ch.cutoff, ch.deleted = uint32(d.uint()), d.id(), d.bool()
	ch.checked, ch.unheard = uint32(d.uint()), uint32(d.uint())
	n := d.uint()
	if n > uint64(len(d.b)) { // a cell has several bytes
		d.bad = true
		return
	}
	ch.writers.keys, ch.cells = make([]uint32, 0, n), make([]cell, 0, n)
	for ; n > 0 && !d.bad; n-- {
		at := g.cell(ch, d.id())
		g.addImported(ch, at, uint32(d.uint()))
		g.addStream(ch, at, uint32(d.uint()))
		g.addDeleted(ch, at, uint32(d.uint()))
		if r := (aside{uint32(d.uint()), uint32(d.uint())}); r != (aside{}) {
			*ch.kept(at) = r
		}
	}
}

// Clone returns a copy that shares nothing with the guild.
func (g *Guild) Clone() (*Guild, error) { return Decode(g.Encode()) }
