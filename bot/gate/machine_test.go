package gate

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/oklog/ulid/v2"
	"pgregory.net/rapid"

	"tally/bot/discord"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// machine drives a gate on a real log, and the model beside it.
type machine struct {
	*rapid.T
	*model
	dir  string
	log  *eventlog.Log
	gate *Gate
	next snowflake.ID
}

// TestAnyInterleaving gives a gate all that it can be given, in any order and any number of times, over
// restarts, and holds it to the model after each step.
func TestAnyInterleaving(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		m := &machine{T: rt, model: newModel(), dir: t.TempDir(), next: snowflake.ID(3) << eraBits}
		m.open()
		defer m.close()
		rt.Repeat(map[string]func(*rapid.T){
			"":         func(rt *rapid.T) { m.T = rt; m.check() },
			"send":     m.step(m.send),
			"thread":   m.step(m.thread),
			"burst":    m.step(m.burst),
			"burst ":   m.step(m.burst),
			"deletes":  m.step(func() { m.delete() }),
			"channel":  m.step(m.deleteChannel),
			"start":    m.step(m.startImport),
			"page":     m.step(func() { m.importPage()() }),
			"page ":    m.step(func() { m.importPage()() }),
			"read":     m.step(m.endChannel),
			"complete": m.step(m.complete),
			"cancel":   m.step(func() { m.end(eventlog.Cancelled) }),
			"repair":   m.step(m.repair),
			"archive":  m.step(func() { must(m, m.archiveLater()()) }),
			"reopen":   m.step(m.reopen),
			"recount":  m.step(m.recount),
			"erase":    m.step(m.erase),
		})
	})
}

func (m *machine) step(do func()) func(*rapid.T) { return func(rt *rapid.T) { m.T = rt; do() } }

func (m *machine) number(from, to int) int { return rapid.IntRange(from, to).Draw(m.T, "n") }

func (m *machine) yes(what string) bool { return rapid.Bool().Draw(m.T, what) }

func (m *machine) open() { m.log = openLog(m, m.dir); m.gate = openGate(m, m.log) }

func (m *machine) close() { m.gate.Close(); must(m, m.log.Close()) }

// send lets people write, mostly in the order of time, some at the cutoff and some in the far future.
// The gate isn't told yet.
func (m *machine) send() {
	channel := snowflake.ID(m.number(1, 3))
	for range m.number(1, 4) {
		id := m.next
		switch m.number(0, 9) {
		case 0:
			id += snowflake.ID(m.number(1, 9)) << eraBits
		case 1:
			m.next += 1 << eraBits
		case 2:
			id = max(m.cutoffs[m.started], m.next)
		}
		m.next += snowflake.ID(m.number(1, 3))
		m.say(channel, id)
	}
}

func (m *machine) say(channel, id snowflake.ID) {
	for used := range m.sent {
		if used.id == id {
			return
		}
	}
	msg := discord.Message{ID: id, Channel: channel, Author: snowflake.ID(m.number(50, 52))}
	switch m.number(0, 7) {
	case 0:
		msg.Type = 7
	case 1:
		msg.Bot = true
	case 2:
		msg.Type = discord.TypeReply
	}
	m.sent[key{channel, id}] = msg
}

// thread starts a thread from a message: it begins with a copy of the same id.
func (m *machine) thread() {
	from := m.some(1, func(k key) bool { return k.channel <= 3 })
	if len(from) == 0 {
		return
	}
	c := from[0]
	c.Channel, c.Type = c.ID, discord.TypeThreadStarter
	m.sent[key{c.Channel, c.ID}] = c
}

// some draws messages, in any order, a few of them twice.
func (m *machine) some(most int, of func(key) bool) []discord.Message {
	var from, drawn []discord.Message
	for _, k := range slices.SortedFunc(maps.Keys(m.sent), key.compare) {
		if of(k) {
			from = append(from, m.sent[k])
		}
	}
	if len(from) > 0 {
		drawn = rapid.SliceOfN(rapid.SampledFrom(from), 1, most).Draw(m.T, "messages")
	}
	return drawn
}

// page draws a page of one channel, threads too.
func (m *machine) page() (snowflake.ID, []discord.Message) {
	at := m.some(1, func(key) bool { return true })
	if len(at) == 0 {
		return 1, nil
	}
	return at[0].Channel, m.some(8, func(k key) bool { return k.channel == at[0].Channel })
}

// burst gives the gate many things while its writer waits, so that they are taken in few runs. Pages
// are given by others, who wait for their outcome.
func (m *machine) burst() {
	release := held(m, m.gate)
	defer release() // rapid may end the step at any draw
	var outcomes []<-chan error
	for range m.number(1, 6) {
		switch m.number(0, 5) {
		case 0, 1:
			m.live()
		case 2:
			channel, page := m.page()
			m.streamed(page...)
			outcomes = append(outcomes, m.beside(func() error { return m.gate.Page(context.Background(), eventlog.Catchup, 0, channel, page) }))
		case 3:
			outcomes = append(outcomes, m.beside(m.importPageLater()))
		case 4:
			m.delete()
		case 5:
			outcomes = append(outcomes, m.beside(m.archiveLater()))
		}
	}
	release()
	for _, outcome := range outcomes {
		must(m, <-outcome)
	}
}

// beside gives something to the gate from another goroutine, and returns once it waits for the writer.
func (m *machine) beside(give func() error) <-chan error {
	outcome, before := make(chan error, 1), len(m.gate.jobs.waiting)
	go func() { outcome <- give() }()
	for len(m.gate.jobs.waiting) == before {
		runtime.Gosched()
	}
	return outcome
}

func (m *machine) live() {
	messages := m.some(5, func(key) bool { return true })
	m.streamed(messages...)
	for _, msg := range messages {
		must(m, m.gate.Live(context.Background(), msg))
	}
}

// importPageLater gives a page of an import: of the running one, or late, of one that is over.
func (m *machine) importPageLater() func() error {
	imp := m.started
	if m.number(0, 9) == 0 {
		imp++
	}
	channel, page := m.page()
	m.imported(imp, page...)
	return func() error { return m.gate.Page(context.Background(), eventlog.Import, max(imp, 1), channel, page) }
}

func (m *machine) importPage() func() {
	give := m.importPageLater()
	return func() {
		must(m, give())
		if m.yes("again") {
			must(m, give())
		}
	}
}

// archiveLater gives what a file holds of a channel. What is told of it must be what came of it.
func (m *machine) archiveLater() func() error {
	channel, page := m.page()
	before := len(m.stream)
	m.archived(page...)
	added := len(m.stream) - before
	return func() error {
		taken, err := m.gate.Archive(context.Background(), channel, page)
		if err == nil && len(taken.New) != added {
			err = fmt.Errorf("%d messages of an archive were new, want %d", len(taken.New), added)
		}
		return err
	}
}

// delete takes messages away: known ones, such whose page is in flight, and such that come never or later.
// The copy that a thread begins with can't be deleted.
func (m *machine) delete() {
	channel := snowflake.ID(m.number(1, 3))
	page := m.some(8, func(k key) bool { return k.channel == channel })
	var ids []snowflake.ID
	for _, msg := range page[:min(len(page), 3)] {
		ids = append(ids, msg.ID)
	}
	if m.yes("unheard of") {
		ids = append(ids, m.next)
		if m.yes("it comes later") {
			m.say(channel, m.next)
		}
		m.next++
	}
	for _, id := range ids {
		m.deleted[id] = true
	}
	must(m, m.gate.Deleted(context.Background(), channel, ids...))
}

func (m *machine) deleteChannel() {
	if m.number(0, 4) == 0 {
		channel := snowflake.ID(m.number(1, 3))
		m.channelGone(channel)
		must(m, m.gate.ChannelsDeleted(context.Background(), channel, channel+100))
	}
}

// startImport begins an import, also over a running one. Its cutoff is above all that the log holds.
func (m *machine) startImport() {
	if m.running != 0 && m.number(0, 3) > 0 {
		return
	}
	must(m, m.gate.Write(context.Background(), func(g *projections.Guild) ([]eventlog.Body, error) {
		cutoff := max(g.Newest()+1, m.next)
		m.start(cutoff)
		return []eventlog.Body{eventlog.ImportStarted{Import: g.NextImport(), Cutoff: cutoff}}, nil
	}))
}

func (m *machine) endChannel() {
	if m.running == 0 {
		return
	}
	channel, _ := m.page()
	e := eventlog.ImportChannelFinished{Import: m.running, Channel: channel, Outcome: eventlog.Completed}
	if m.number(0, 5) == 0 {
		e.Outcome = eventlog.NoPermission
	}
	if channel == 3 && m.yes("a thread") {
		e.Parent = 2
	}
	m.finished[channel], m.parents[channel] = e.Outcome, e.Parent
	write(m, m.gate, e)
}

// complete does what the importer does last: what the import lacks is repaired, or known to be deleted.
func (m *machine) complete() {
	if m.running == 0 {
		return
	}
	lacking := m.lacking()
	for _, channel := range slices.Sorted(maps.Keys(lacking)) {
		page := lacking[channel]
		slices.SortFunc(page, func(a, b discord.Message) int { return int(a.ID) - int(b.ID) })
		at := m.number(0, len(page))
		for _, msg := range page[at:] {
			m.deleted[msg.ID] = true
			must(m, m.gate.Deleted(context.Background(), channel, msg.ID))
		}
		m.imported(m.running, page[:at]...)
		for _, msg := range page[:at] {
			m.repairs[key{channel, msg.ID}] = true
		}
		for range m.number(1, 2) {
			must(m, m.gate.Page(context.Background(), eventlog.Repair, m.running, channel, page[:at]))
		}
	}
	if m.yes("read the tail again") { // after a restart, say
		m.importPage()()
		return
	}
	m.end(eventlog.Completed)
}

func (m *machine) end(outcome eventlog.Outcome) {
	if m.running != 0 {
		write(m, m.gate, eventlog.ImportFinished{Import: m.running, Outcome: outcome, At: m.next.Time()})
		m.finish(outcome)
	}
}

// repair gives what a verification found, or thought that it found, to be missing.
func (m *machine) repair() {
	channel, page := m.page()
	slices.SortFunc(page, func(a, b discord.Message) int { return int(a.ID) - int(b.ID) })
	page = slices.CompactFunc(page, func(a, b discord.Message) bool { return a.ID == b.ID })
	m.repaired(page...)
	for range m.number(1, 2) {
		must(m, m.gate.Page(context.Background(), eventlog.Repair, 0, channel, page))
	}
}

// reopen ends everything and begins anew, with the snapshot or without it.
func (m *machine) reopen() {
	m.close()
	if m.yes("without the snapshot") {
		must(m, os.RemoveAll(filepath.Join(m.dir, "snapshots")))
	}
	m.open()
}

// erase has somebody erased, whatever waits for the writer. Discord goes on naming him.
func (m *machine) erase() {
	user := snowflake.ID(m.number(50, 52))
	if m.erased[user] && m.number(0, 3) > 0 {
		return
	}
	m.erased[user] = true
	_, err := m.gate.Erase(context.Background(), user)
	must(m, err)
	if left, err := m.log.Naming(context.Background(), guildID, user); err != nil || left.Records > 0 {
		m.Fatalf("user %d is still in %d records, %v", user, left.Records, err)
	}
}

func (m *machine) recount() {
	must(m, m.gate.Swap(context.Background(), func() (*projections.Guild, error) {
		return projections.Replay(m.log, guildID, ulid.ULID{})
	}))
}

// check holds the count to the model, the log to the rule that it has no message twice on one side, and
// the live state to a replay.
func (m *machine) check() {
	write(m, m.gate) // what was given before is through now
	users, channels := m.counts()
	exact, err := projections.CountExactly(m.log, guildID, ulid.ULID{})
	must(m, err)
	if exact.Duplicates > 0 || !maps.Equal(exact.Users, users) || !maps.Equal(exact.Channels, channels) {
		m.Fatalf("the log holds %d duplicates, counts %v %v; want %v %v", exact.Duplicates, exact.Users, exact.Channels, users, channels)
	}
	held := len(m.stream)
	for _, keys := range m.imports {
		held += len(keys)
	}
	if n := events(m, m.gate)[eventlog.KindMessage]; n != held {
		m.Fatalf("the log holds %d messages, want %d", n, held)
	}
	replayed := recounted(m, m.log)
	m.gate.View(func(g *projections.Guild) {
		for id := range snowflake.ID(53) {
			if got := g.User(id).Messages; got != users[id] {
				m.Fatalf("user %d has %d messages, want %d", id, got, users[id])
			}
		}
		if !bytes.Equal(g.Encode(), replayed.Encode()) {
			m.Fatalf("the replayed state is another:\n%+v\n%+v", replayed.Report(), g.Report())
		}
	})
	if n := len(m.gate.recent.eras); n > erasKept {
		m.Fatalf("%d eras are kept", n)
	}
}

func (k key) compare(o key) int {
	if k.channel != o.channel {
		return int(k.channel) - int(o.channel)
	}
	return int(k.id) - int(o.id)
}
