package projections

import (
	"bytes"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"
	"pgregory.net/rapid"

	"tally/eventlog"
	"tally/eventlog/snowflake"
)

const guildID = snowflake.ID(77)

// schedule is a Discord guild, a gate that behaves as the bot's does, and the count that is kept live.
type schedule struct {
	*rapid.T
	log  *eventlog.Log
	live *Guild

	sent     map[snowflake.ID][]eventlog.Message // by channel, rising: all that was ever sent
	next     snowflake.ID
	cutoff   snowflake.ID                     // of the newest import
	stream   map[snowflake.ID]bool            // ids that the stream side holds
	archived map[snowflake.ID]bool            // of those, what only an archive has told of
	disputed bool                             // archives tell of other authors
	imported map[uint32]map[snowflake.ID]bool // ids that each import holds
	gone     bool                             // a channel was deleted
	deleted  map[snowflake.ID]bool
	erased   []snowflake.ID
}

// TestAnySchedule runs random schedules of everything that can come through the gate, and checks after
// each record that the live count is the exact one and the replayed one.
func TestAnySchedule(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		log, err := eventlog.Open(t.TempDir(), eventlog.Options{NoSync: true, Segment: rapid.IntRange(1, 8).Draw(rt, "segment")})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = log.Close() }()
		s := &schedule{
			T: rt, log: log, live: NewGuild(guildID), next: 1000, sent: map[snowflake.ID][]eventlog.Message{},
			stream: map[snowflake.ID]bool{}, archived: map[snowflake.ID]bool{}, disputed: rapid.IntRange(0, 2).Draw(rt, "disputed") == 0,
			imported: map[uint32]map[snowflake.ID]bool{}, deleted: map[snowflake.ID]bool{},
		}
		for range rapid.IntRange(1, 120).Draw(rt, "steps") {
			rapid.SampledFrom(s.actions()).Draw(rt, "action").do()
			s.check()
		}
		s.checkPrefixes()
	})
}

// action is one thing that may come next.
type action struct {
	name string
	do   func()
}

func (a action) String() string { return a.name }

// actions returns what may come next, oftener what matters oftener.
func (s *schedule) actions() []action {
	list := []action{
		{"live", func() { s.tell(eventlog.Live, s.send(s.channel(), s.count(1, 4))) }},
		{"live", func() { s.tell(eventlog.Live, s.send(s.channel(), s.count(1, 4))) }},
		{"unseen", func() { s.send(s.channel(), s.count(1, 4)) }},
		{"at the cutoff", s.sendAtCutoff},
		{"catch up", s.catchUp},
		{"archive", s.archive},
		{"delete", s.delete},
		{"delete", s.delete},
		{"delete channel", s.deleteChannel},
		{"other events", s.other},
		{"gap", s.gap},
		{"settings", s.changeSettings},
		{"restart", s.restart},
		{"compact", s.compact},
		{"erase", s.erase},
	}
	if s.live.running == nil {
		return append(list, action{"start", s.start}, action{"start", s.start}, action{"finish another", s.finishAnother})
	}
	return append(list, []action{
		{"start over", s.startOver},
		{"page", s.page},
		{"page", s.page},
		{"read all", s.readAll},
		{"read all", s.readAll},
		{"end channel", s.endChannel},
		{"complete", func() { s.complete(eventlog.Completed) }},
		{"complete", func() { s.complete(eventlog.Completed) }},
		{"almost complete", func() { s.complete(eventlog.Cancelled) }},
		{"cancel", func() { s.finish(s.live.imports, eventlog.Cancelled) }},
		{"finish another", s.finishAnother},
	}...)
}

func (s *schedule) count(from, to int) int { return rapid.IntRange(from, to).Draw(s.T, "n") }

func (s *schedule) yes(name string) bool { return rapid.Bool().Draw(s.T, name) }

func (s *schedule) channel() snowflake.ID { return snowflake.ID(s.count(1, 3)) }

// batch is messages of one channel.
type batch struct {
	channel  snowflake.ID
	messages []eventlog.Message
}

// send lets people write to a channel. Nobody has told the gate yet.
func (s *schedule) send(channel snowflake.ID, n int) batch {
	b := batch{channel: channel}
	for range n {
		b.messages = append(b.messages, s.write(channel, s.next+snowflake.ID(s.count(0, 3))))
	}
	return b
}

func (s *schedule) write(channel, id snowflake.ID) eventlog.Message {
	m := eventlog.Message{ID: id, Author: s.known(snowflake.ID(s.count(50, 52)))}
	switch s.count(0, 9) {
	case 0:
		m.Type = 7
	case 1:
		m.Type, m.Marks = 19, eventlog.Bot
	case 2:
		m.Type = 19
	}
	s.sent[channel] = append(s.sent[channel], m)
	s.next = id + 1
	return m
}

// sendAtCutoff sends a message with the very id of the last cutoff, if its time has not come yet.
func (s *schedule) sendAtCutoff() {
	if r := s.live.LastImport(); r != nil && s.next <= r.Cutoff {
		channel := s.channel()
		b := batch{channel, []eventlog.Message{s.write(channel, r.Cutoff)}}
		if s.yes("at once") {
			s.tell(eventlog.Live, b)
		}
	}
}

// some draws messages of a channel, deleted ones too: their pages were in flight.
func (s *schedule) some() batch {
	b := batch{channel: s.channel()}
	for _, m := range s.sent[b.channel] {
		if s.count(0, 2) == 0 {
			b.messages = append(b.messages, m)
		}
	}
	return b
}

func (s *schedule) catchUp() {
	s.tell(rapid.SampledFrom([]eventlog.Origin{eventlog.Catchup, eventlog.Live}).Draw(s.T, "origin"), s.some())
}

// archive gives what a file holds. It may tell of other authors than Discord does by now, and of bots as of
// people.
func (s *schedule) archive() {
	b := s.some()
	b.messages = slices.DeleteFunc(b.messages, func(m eventlog.Message) bool { return s.stream[m.ID] })
	for i := range b.messages {
		m := &b.messages[i]
		if s.disputed && s.count(0, 3) == 0 {
			m.Author, m.Marks = s.known(59), 0
		}
		s.archived[m.ID], s.stream[m.ID] = true, true
	}
	s.append(s.pages(eventlog.Archive, 0, b)...)
}

// tell gives the gate messages for the stream side. It drops what that side holds; what is older than
// the channel's cutoff, and its import lacks, is a repair too, and so is what an archive alone held.
func (s *schedule) tell(origin eventlog.Origin, b batch) {
	all := slices.DeleteFunc(b.messages, func(m eventlog.Message) bool { return s.stream[m.ID] && !s.archived[m.ID] })
	b.messages = slices.DeleteFunc(slices.Clone(all), func(m eventlog.Message) bool { return s.stream[m.ID] })
	bodies := s.pages(origin, 0, b)
	cutoff, imp := s.live.Cutoff(b.channel)
	late := batch{channel: b.channel}
	for _, m := range all {
		s.stream[m.ID] = true
		delete(s.archived, m.ID)
		if m.ID < cutoff && !s.imported[imp][m.ID] {
			s.imported[imp][m.ID] = true
			late.messages = append(late.messages, m)
		}
	}
	s.append(append(bodies, s.pages(eventlog.Repair, imp, late)...)...)
}

func (s *schedule) pages(origin eventlog.Origin, imp uint32, b batch) (bodies []eventlog.Body) {
	for part := range slices.Chunk(b.messages, 4) {
		p, err := eventlog.NewPage(origin, imp, b.channel, part)
		if err != nil {
			s.Fatal(err)
		}
		bodies = append(bodies, p)
	}
	return bodies
}

// append makes one record and folds it in.
func (s *schedule) append(bodies ...eventlog.Body) {
	if len(bodies) == 0 {
		return
	}
	last, err := s.log.Append(guildID, bodies)
	if err != nil {
		s.Fatal(err)
	}
	for _, body := range bodies {
		s.live.Apply(body)
	}
	s.live.Reach(last)
}

// start opens an import, over a running one too. Its cutoff is above all that the log holds.
func (s *schedule) start() {
	number := s.live.NextImport()
	cutoff := s.live.Newest() + 1 + snowflake.ID(s.count(0, 4))
	cutoff = max(cutoff, s.cutoff) // no clock of Discord's goes back
	s.cutoff = cutoff
	s.imported[number] = map[snowflake.ID]bool{}
	s.append(eventlog.ImportStarted{Import: number, Cutoff: cutoff, By: 9, In: 1, Forced: s.yes("forced"), Partial: s.yes("partial")})
}

func (s *schedule) startOver() {
	if s.count(0, 3) == 0 {
		s.start()
	}
}

// page gives the gate a page of an import: usually of the running one, or late, of one that is over.
func (s *schedule) page() {
	if imp := s.live.imports; imp > 0 {
		s.importPage(imp, s.some())
	}
}

func (s *schedule) importPage(imp uint32, b batch) {
	if s.live.running == nil || imp != s.live.running.Number {
		return // the gate drops it
	}
	fresh := slices.DeleteFunc(slices.Clone(b.messages), func(m eventlog.Message) bool {
		return s.imported[imp][m.ID] || m.ID >= s.live.running.Cutoff && s.count(0, 1) == 0 // it may even take these
	})
	for _, m := range fresh {
		s.imported[imp][m.ID] = true
	}
	s.append(s.pages(eventlog.Import, imp, batch{b.channel, fresh})...)
}

// readAll is what an undisturbed import does with a channel.
func (s *schedule) readAll() {
	if r := s.live.running; r != nil {
		b := batch{channel: s.channel()}
		b.messages = slices.DeleteFunc(slices.Clone(s.sent[b.channel]), func(m eventlog.Message) bool { return s.deleted[m.ID] })
		s.importPage(r.Number, b)
		s.append(eventlog.ImportChannelFinished{Import: r.Number, Channel: b.channel, Outcome: eventlog.Completed})
	}
}

func (s *schedule) endChannel() {
	outcome := rapid.SampledFrom([]eventlog.Outcome{eventlog.Completed, eventlog.NoPermission, eventlog.Gone}).Draw(s.T, "outcome")
	e := eventlog.ImportChannelFinished{Import: s.live.imports, Channel: s.channel(), Outcome: outcome}
	if e.Channel == 3 && s.yes("a thread") {
		e.Parent = 2
	}
	s.append(e)
}

// complete does what the importer does last: what the stream side holds and the import lacks becomes a
// repair, or is known to be deleted.
func (s *schedule) complete(outcome eventlog.Outcome) {
	r := s.live.running
	if r == nil {
		return
	}
	lacking, err := Lacking(s.log, guildID, r.Number)
	if err != nil {
		s.Fatal(err)
	}
	for _, channel := range slices.Sorted(maps.Keys(lacking)) {
		b, gone := batch{channel: channel}, []snowflake.ID{}
		for _, m := range s.sent[channel] {
			switch {
			case !slices.Contains(lacking[channel], m.ID):
			case s.deleted[m.ID] || s.count(0, 3) == 0:
				gone = append(gone, m.ID)
			default:
				b.messages = append(b.messages, m)
				s.imported[r.Number][m.ID] = true
			}
		}
		s.append(s.pages(eventlog.Repair, r.Number, b)...)
		s.deleteIDs(channel, gone)
	}
	s.finish(r.Number, outcome)
}

// finishAnother ends an import that doesn't run, for which nothing may change.
func (s *schedule) finishAnother() {
	number := uint32(s.count(0, 9))
	if r := s.live.running; r == nil || number != r.Number {
		before := s.live.Total()
		s.finish(number, eventlog.Completed)
		if s.live.Total() != before {
			s.Fatalf("import %d, which does not run, changes the count", number)
		}
	}
}

// finish ends an import.
func (s *schedule) finish(number uint32, outcome eventlog.Outcome) {
	s.append(eventlog.ImportFinished{Import: number, Outcome: outcome, At: s.next.Time()})
}

// delete takes messages away: known ones, some in flight, and some that never come.
func (s *schedule) delete() {
	b := s.some()
	var ids []snowflake.ID
	for _, m := range b.messages[:min(len(b.messages), 3)] {
		ids = append(ids, m.ID)
	}
	if s.yes("unheard of") {
		ids = append(ids, s.next)
		s.next++
	}
	s.deleteIDs(b.channel, ids)
}

func (s *schedule) deleteIDs(channel snowflake.ID, ids []snowflake.ID) {
	d := &eventlog.Deletes{Channel: channel}
	for _, id := range ids {
		if s.deleted[id] = true; s.live.IsDeleted(id) {
			continue
		}
		found, err := s.log.Find(guildID, channel, id)
		if err != nil {
			s.Fatal(err)
		}
		d.List = append(d.List, s.live.Delete(channel, id, found)...)
	}
	if d.Len() > 0 {
		s.append(d)
	}
}

func (s *schedule) deleteChannel() {
	if s.count(0, 4) == 0 {
		s.gone = true
		s.append(eventlog.ChannelDeleted{Channel: s.channel()})
	}
}

func (s *schedule) other() {
	s.append(eventlog.Verified{Counted: s.live.Total()}, eventlog.Unknown{Code: 250, Events: 2, Payload: []byte{1}})
}

func (s *schedule) gap() {
	if gaps := s.live.Gaps(); len(gaps) > 0 && s.yes("close") {
		s.append(eventlog.GapClosed{Gap: gaps[0].Number})
		return
	}
	gap := eventlog.GapOpened{Gap: s.live.NextGap(), After: s.live.Newest()}
	if s.yes("of one channel") {
		gap.Channel = s.channel()
	}
	s.append(gap)
	if s.yes("check") {
		s.append(eventlog.ChannelChecked{Channel: s.channel(), Gap: gap.Gap, Parent: []snowflake.ID{0, s.channel()}[s.count(0, 1)]})
	}
}

// changeSettings has another policy counted by, and channels left out.
func (s *schedule) changeSettings() {
	change := eventlog.SettingsChanged{By: 1, Settings: eventlog.Settings{Bots: s.yes("bots"), Commands: s.yes("commands"), Deleted: s.yes("deleted")}}
	for id := range snowflake.ID(4) {
		if s.count(0, 3) == 0 {
			change.Excluded = append(change.Excluded, id)
		}
	}
	s.append(change)
	if !s.live.Stale() {
		return
	}
	var err error
	if s.live, err = ReplayBy(s.log, guildID, PolicyOf(s.live.settings)); err != nil {
		s.Fatal(err)
	}
}

// restart goes on from a snapshot, sometimes from one that is older than the log's end.
func (s *schedule) restart() {
	if s.yes("save") {
		if err := SaveSnapshot(s.log.Dir(), guildID, s.live.Encode()); err != nil {
			s.Fatal(err)
		}
	}
	loaded, err := Load(s.log, guildID)
	if err != nil {
		s.Fatal(err)
	}
	s.wantSame("loaded", loaded)
	s.live = loaded
}

// compact joins old records. Every event stays as it was.
func (s *schedule) compact() {
	before := s.events()
	for step := (eventlog.Compacted{More: true}); step.More; {
		var err error
		if step, err = s.log.CompactStep(guildID, -time.Hour); err != nil {
			s.Fatal(err)
		}
	}
	if after := s.events(); !slices.Equal(before, after) {
		s.Fatalf("compaction changed the events\n%v\nto\n%v", before, after)
	}
	if _, err := s.log.Check(func(err error) { s.Error(err) }); err != nil {
		s.Fatal(err)
	}
}

// events returns each event of the log as JSON.
func (s *schedule) events() (events []string) {
	for rec, err := range s.log.Records(guildID, ulid.ULID{}) {
		if err != nil {
			s.Fatal(err)
		}
		for e, err := range rec.Events() {
			if err != nil {
				s.Fatal(err)
			}
			b, err := e.MarshalJSON()
			if err != nil {
				s.Fatal(err)
			}
			events = append(events, string(b))
		}
	}
	return events
}

func (s *schedule) wantSame(what string, other *Guild) {
	if !bytes.Equal(other.Encode(), s.live.Encode()) {
		s.Fatalf("the %s state differs:\n%+v\n%+v", what, other.Report(), s.live.Report())
	}
}

// check compares the live state with the exact count, the replay, and its own encoding.
func (s *schedule) check() {
	exact, err := CountExactly(s.log, guildID, ulid.ULID{})
	if err != nil {
		s.Fatal(err)
	}
	if diffs := exact.Compare(s.live); len(diffs) > 0 || exact.Total != s.live.Sum().Messages || exact.Duplicates > 0 {
		s.Fatalf("%v; total %d, want %d; %d duplicates", diffs, s.live.Sum().Messages, exact.Total, exact.Duplicates)
	}
	channels := map[snowflake.ID]uint64{}
	for _, c := range s.live.Channels() {
		channels[c.Channel] = c.Messages
	}
	if !s.live.settings.Deleted && !maps.Equal(channels, exact.Channels) {
		s.Fatalf("channels %v, want %v", channels, exact.Channels)
	}
	replayed, err := Replay(s.log, guildID, ulid.ULID{})
	if err != nil {
		s.Fatal(err)
	}
	s.wantSame("replayed", replayed)
	decoded, err := Decode(s.live.Encode())
	if err != nil {
		s.Fatal(err)
	}
	s.wantSame("decoded", decoded)
	s.checkSeen()
	s.checkStream()
	s.checkActivity()
	s.checkBoard()
	s.checkUserDays()
}

// checkStream holds the count to what Discord has: no import may lose a message that live tracking knows.
func (s *schedule) checkStream() {
	counted := map[snowflake.ID]bool{}
	if _, err := EachCounted(s.log, guildID, ulid.ULID{}, func(_, id, _ snowflake.ID) { counted[id] = true }); err != nil {
		s.Fatal(err)
	}
	for channel, messages := range s.sent {
		for _, m := range messages {
			if s.stream[m.ID] && !s.archived[m.ID] && !s.disputed && s.live.policy.Countable(m.Type, m.Marks) && !s.live.IsExcluded(channel) && !s.live.IsDeleted(m.ID) && !s.live.IsChannelDeleted(channel) && !counted[m.ID] {
				s.Fatalf("message %d came live, exists, and doesn't count", m.ID)
			}
		}
	}
}

// checkSeen holds every user's figures to what was ever sent. Deletes of whole channels leave out what
// no count rested on, so there only the bound is exact.
func (s *schedule) checkSeen() {
	sent, deleted := map[snowflake.ID]uint64{}, map[snowflake.ID]uint64{}
	for channel, messages := range s.sent {
		for _, m := range messages {
			if !s.live.policy.Countable(m.Type, m.Marks) || s.live.IsExcluded(channel) {
				continue
			}
			sent[m.Author]++
			if s.lost(m.ID) {
				deleted[m.Author]++
			}
		}
	}
	for i, id := range s.live.users.keys {
		u := s.live.users.sums[i]
		if s.disputed { // whose a message was is not what was sent
			continue
		}
		if u.Seen() > sent[id] {
			s.Fatalf("user %d has %d messages and %d deleted ones, and wrote %d", id, u.Messages, u.Deleted, sent[id])
		}
		if !s.gone && u.Deleted != deleted[id] {
			s.Fatalf("user %d has %d deleted messages, want %d", id, u.Deleted, deleted[id])
		}
	}
}

// lost reports whether a message is deleted that the log holds.
func (s *schedule) lost(id snowflake.ID) bool {
	held := s.stream[id]
	for _, ids := range s.imported {
		held = held || ids[id]
	}
	return held && s.live.IsDeleted(id)
}

// checkPrefixes replays the log up to each record.
func (s *schedule) checkPrefixes() {
	for rec, err := range s.log.Records(guildID, ulid.ULID{}) {
		if err != nil {
			s.Fatal(err)
		}
		g, err := Replay(s.log, guildID, rec.Base)
		if err != nil || g.Position() != rec.Last() {
			s.Fatalf("replay to %s: at %s, %v", rec.Base, g.Position(), err)
		}
		exact, err := CountExactly(s.log, guildID, rec.Base)
		if err != nil || len(exact.Compare(g)) > 0 {
			s.Fatalf("at %s: %v, %v", rec.Base, exact.Compare(g), err)
		}
		if err := g.CatchUp(s.log); err != nil || !g.Stale() && g.Total() != s.live.Total() {
			s.Fatalf("from %s on: %d, %v", rec.Base, g.Total(), err)
		}
		if !g.Stale() {
			s.wantSame("caught up", g)
		}
	}
}
