package projections

import (
	"bytes"
	"testing"

	"github.com/oklog/ulid/v2"

	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// world is a log and its fold; a story is what happens in it and what must be seen then. All messages
// are user 5's, in channel 1 unless said otherwise, and count unless said otherwise.
type world struct {
	*testing.T
	log *eventlog.Log
	g   *Guild
}

type step func(w *world)

func newWorld(t *testing.T) *world {
	log, err := eventlog.Open(t.TempDir(), eventlog.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = log.Close() })
	return &world{t, log, NewGuild(guildID)}
}

func (w *world) tell(bodies ...eventlog.Body) {
	w.Helper()
	last, err := w.log.Append(guildID, bodies)
	if err != nil {
		w.Fatal(err)
	}
	for _, b := range bodies {
		w.g.Apply(b)
	}
	w.g.Reach(last)
}

func told(bodies ...eventlog.Body) step { return func(w *world) { w.tell(bodies...) } }

// pageOf makes a page of user 5's messages.
func pageOf(origin eventlog.Origin, imp uint32, channel snowflake.ID, kind eventlog.Message, ids ...snowflake.ID) step {
	return func(w *world) {
		var messages []eventlog.Message
		for _, id := range ids {
			messages = append(messages, eventlog.Message{ID: id, Author: 5, Type: kind.Type, Marks: kind.Marks})
		}
		p, err := eventlog.NewPage(origin, imp, channel, messages)
		if err != nil {
			w.Fatal(err)
		}
		w.tell(p)
	}
}

func live(ids ...snowflake.ID) step {
	return pageOf(eventlog.Live, 0, 1, eventlog.Message{}, ids...)
}

func history(imp uint32, ids ...snowflake.ID) step {
	return pageOf(eventlog.Import, imp, 1, eventlog.Message{}, ids...)
}

func repair(imp uint32, ids ...snowflake.ID) step {
	return pageOf(eventlog.Repair, imp, 1, eventlog.Message{}, ids...)
}

func archive(ids ...snowflake.ID) step {
	return pageOf(eventlog.Archive, 0, 1, eventlog.Message{}, ids...)
}

func start(imp uint32, cutoff snowflake.ID) step {
	return told(eventlog.ImportStarted{Import: imp, Cutoff: cutoff})
}

func ended(imp uint32, outcome eventlog.Outcome) step {
	return told(eventlog.ImportChannelFinished{Import: imp, Channel: 1, Outcome: outcome})
}

func finish(imp uint32, outcome eventlog.Outcome) step {
	return told(eventlog.ImportFinished{Import: imp, Outcome: outcome})
}

// done completes an import that has read channel 1.
func done(imp uint32) step {
	return all(ended(imp, eventlog.Completed), finish(imp, eventlog.Completed))
}

// deleted tells of deletes as the gate does, but gives those that are known again, too.
func deleted(ids ...snowflake.ID) step {
	return func(w *world) {
		d := &eventlog.Deletes{Channel: 1}
		for _, id := range ids {
			found, err := w.log.Find(guildID, 1, id)
			if err != nil {
				w.Fatal(err)
			}
			d.List = append(d.List, w.g.Delete(1, id, found)...)
		}
		w.tell(d)
	}
}

func all(steps ...step) step {
	return func(w *world) {
		for _, s := range steps {
			s(w)
		}
	}
}

// counts asks for the number of messages that exist and of those ever seen, and that the exact count
// and the replay agree. Others' messages are none, or as many as are given.
func counts(messages, seen uint64, others ...uint64) step {
	return func(w *world) {
		w.Helper()
		all := messages
		for _, n := range others {
			all += n
		}
		if u := w.g.User(5); u.Messages != messages || u.Seen() != seen || w.g.Total() != all {
			w.Errorf("%d messages, %d seen, %d in all; want %d and %d", u.Messages, u.Seen(), w.g.Total(), messages, seen)
		}
		exact, err := CountExactly(w.log, guildID, ulid.ULID{})
		if err != nil || exact.Total != all || exact.Users[5] != messages {
			w.Errorf("exactly %d messages, want %d: %v", exact.Total, all, err)
		}
		replayed, err := Replay(w.log, guildID, ulid.ULID{})
		if err != nil || !bytes.Equal(replayed.Encode(), w.g.Encode()) {
			w.Errorf("the replay gives %d messages, %v", replayed.Total(), err)
		}
	}
}

// TestTheCountingRule tells DESIGN.md's section 4 line by line.
func TestTheCountingRule(t *testing.T) {
	for name, story := range map[string][]step{
		"no import yet: live tracking's count": {
			live(10, 20), counts(2, 2), live(30), counts(3, 3)},
		"older than the cutoff: the import's alone counts": {
			live(10, 20), start(1, 100), history(1, 10, 20, 30), counts(2, 2), done(1), counts(3, 3)},
		"older than the cutoff, and live only: not the import's, so it doesn't count": {
			live(10, 20), start(1, 100), history(1, 10), done(1), counts(1, 1)},
		"just before the cutoff: the import's": {
			start(1, 100), history(1, 99), counts(0, 0), done(1), counts(1, 1)},
		"exactly at the cutoff: live tracking's": {
			start(1, 100), live(100), history(1, 99), counts(1, 1), done(1), counts(2, 2)},
		"exactly at the cutoff, read by the import: not the import's": {
			start(1, 100), history(1, 99, 100), done(1), counts(1, 1)},
		"exactly at the cutoff, known to both: once": {
			start(1, 100), live(100), history(1, 99, 100), done(1), counts(2, 2)},
		"after the import, exactly at the cutoff: live tracking's": {
			start(1, 100), history(1, 99), done(1), live(100), counts(2, 2)},
		"history is read to now: what came since the cutoff counts once": {
			start(1, 100), live(110, 120), history(1, 90, 110, 120), done(1), counts(3, 3)},
		"older than the cutoff, live late: the import's": {
			start(1, 100), history(1, 90), live(90), done(1), counts(1, 1), live(80), counts(1, 1)},
		"catch-up and archives are live tracking's": {
			pageOf(eventlog.Catchup, 0, 1, eventlog.Message{}, 10), pageOf(eventlog.Archive, 0, 1, eventlog.Message{}, 11), counts(2, 2),
			start(1, 100), history(1, 10), done(1), counts(1, 1)},
		"archived after the import, older than the cutoff: the import's alone counts": {
			start(1, 100), history(1, 10), done(1), archive(10, 20, 110), counts(2, 2), start(2, 200), history(2, 10, 20, 110), done(2), counts(3, 3)},
		"archived of a channel that can't be read: it counts": {
			start(1, 100), ended(1, eventlog.NoPermission), finish(1, eventlog.Completed), archive(10, 110), counts(2, 2)},
		"archived, and then imported: once": {
			archive(10, 20), start(1, 100), history(1, 10, 20), done(1), counts(2, 2)},
		"a channel that can't be read keeps what it counted": {
			live(10, 20), start(1, 100), live(110), ended(1, eventlog.NoPermission), finish(1, eventlog.Completed), counts(3, 3)},
		"a channel that can't be read any more keeps the earlier import's count": {
			start(1, 100), history(1, 10, 20), done(1), live(110), counts(3, 3),
			start(2, 200), history(2, 10), ended(2, eventlog.NoPermission), live(210), finish(2, eventlog.Completed), counts(4, 4)},
		"a channel that became unreadable at last was not read": {
			live(10, 20), start(1, 100), history(1, 10), ended(1, eventlog.Completed), ended(1, eventlog.NoPermission), finish(1, eventlog.Completed), counts(2, 2)},
		"a channel that the import has not come to keeps its count": {
			live(10, 20), start(1, 100), history(1, 10), finish(1, eventlog.Completed), counts(2, 2)},
		"a cancelled import changes nothing": {
			live(10), start(1, 100), history(1, 10, 20, 30), live(110), ended(1, eventlog.Completed), finish(1, eventlog.Cancelled), counts(2, 2), live(111), counts(3, 3)},
		"a cancelled second import leaves the first one's count": {
			start(1, 100), history(1, 10, 20), done(1), live(110),
			start(2, 200), history(2, 10), live(210), ended(2, eventlog.Completed), finish(2, eventlog.Cancelled), counts(4, 4)},
		"force: the count switches in one step": {
			start(1, 100), history(1, 10, 20), done(1), live(110, 120), counts(4, 4),
			start(2, 200), counts(4, 4), history(2, 110, 120), counts(4, 4), history(2, 10), live(210), counts(5, 5),
			ended(2, eventlog.Completed), counts(5, 5), finish(2, eventlog.Completed), counts(4, 4)},
		"force over a running import: the first one's pages are void": {
			start(1, 100), history(1, 10, 20, 30), start(2, 200), history(2, 10, 20), counts(0, 0), history(1, 40),
			finish(1, eventlog.Completed), counts(0, 0), done(2), counts(2, 2)},
		"the end of an import that doesn't run changes nothing": {
			live(10), finish(1, eventlog.Completed), start(1, 100), history(1, 10, 20), done(1), counts(2, 2), finish(1, eventlog.Cancelled), done(1), counts(2, 2)},
		"a page after its import was completed still belongs to it": {
			start(1, 100), history(1, 10), done(1), history(1, 20, 100), counts(2, 2)},
		"a cutoff below the last one's": {
			start(1, 100), history(1, 10), done(1), start(2, 90), live(95), counts(1, 1), history(2, 10), done(2), counts(2, 2)},
	} {
		t.Run(name, func(t *testing.T) { all(story...)(newWorld(t)) })
	}
}

// TestWhatIsDeleted tells of deletes in every order. Seen are the messages that exist and those known
// to be deleted.
func TestWhatIsDeleted(t *testing.T) {
	bot := eventlog.Message{Marks: eventlog.Bot}
	for name, story := range map[string][]step{
		"after it was known": {
			live(10, 20), deleted(10), counts(1, 2)},
		"before it was known": {
			deleted(10), counts(0, 0), live(10, 20), counts(1, 2)},
		"the same delete again": {
			live(10, 20), deleted(10), deleted(10), deleted(10, 10), counts(1, 2)},
		"the same delete again, before it was known": {
			deleted(10), deleted(10), live(10), deleted(10), counts(0, 1)},
		"the message again after its delete": {
			live(10), deleted(10), history(1, 10), start(1, 100), history(1, 10, 20), done(1), counts(1, 2)},
		"while the import that holds it runs": {
			start(1, 100), history(1, 10, 20), deleted(10), counts(0, 1), done(1), counts(1, 2)},
		"in flight to the import": {
			start(1, 100), deleted(10), history(1, 10, 20), counts(0, 1), done(1), counts(1, 2)},
		"known to both sides, while the import runs": {
			live(10, 20), start(1, 100), history(1, 10, 20), deleted(10), counts(1, 2), done(1), counts(1, 2)},
		"known to both sides, after the import": {
			live(10, 20), start(1, 100), history(1, 10, 20), done(1), deleted(10), counts(1, 2)},
		"after the cutoff, while the import runs": {
			start(1, 100), live(100, 110, 120), deleted(100, 110), counts(1, 3), done(1), counts(1, 3)},
		"held only by an import that was cancelled": {
			start(1, 100), history(1, 10), finish(1, eventlog.Cancelled), deleted(10), counts(0, 1)},
		"held only by live tracking, older than the cutoff": {
			live(10, 20), start(1, 100), history(1, 20), done(1), counts(1, 1), deleted(10), counts(1, 2)},
		"held by the import before, while a new one has not read it": {
			start(1, 100), history(1, 10, 20), done(1), start(2, 200), deleted(10), counts(1, 2), history(2, 20), done(2), counts(1, 2)},
		"a bot's message": {
			pageOf(eventlog.Live, 0, 1, bot, 10), live(20), deleted(10), counts(1, 1)},
		"a bot's message, before it was known": {
			deleted(10), pageOf(eventlog.Live, 0, 1, bot, 10), live(20), counts(1, 1)},
		"never known": {
			live(20), deleted(99), counts(1, 1)},
		"the whole channel": {
			live(10, 20), deleted(10), told(eventlog.ChannelDeleted{Channel: 1}), counts(0, 2), live(30), deleted(20), counts(0, 2)},
		"the whole channel, while a first import runs": {
			live(10), start(1, 100), history(1, 10, 20, 30), live(110), told(eventlog.ChannelDeleted{Channel: 1}), counts(0, 4), done(1), counts(0, 4)},
		"the whole channel, twice": {
			live(10, 20), told(eventlog.ChannelDeleted{Channel: 1}), told(eventlog.ChannelDeleted{Channel: 1}), counts(0, 2)},
		"another channel": {
			live(10, 20), told(eventlog.ChannelDeleted{Channel: 2}), counts(2, 2)},
		"the channel of a thread": {
			told(eventlog.ImportStarted{Import: 1, Cutoff: 100}), live(110), told(eventlog.ImportChannelFinished{Import: 1, Channel: 1, Parent: 3, Outcome: eventlog.Completed}),
			finish(1, eventlog.Completed), counts(1, 1), told(eventlog.ChannelDeleted{Channel: 3}), counts(0, 1)},
	} {
		t.Run(name, func(t *testing.T) { all(story...)(newWorld(t)) })
	}
}

// TestRepairs tells what a repair is worth, by the side that lacked the message.
func TestRepairs(t *testing.T) {
	for name, story := range map[string][]step{
		"of a completed import": {
			start(1, 100), history(1, 10), done(1), repair(1, 20), counts(2, 2), deleted(20), counts(1, 2)},
		"of the running import, which live tracking knew": {
			live(20), start(1, 100), history(1, 10), repair(1, 20), counts(1, 1), done(1), counts(2, 2), deleted(20), counts(1, 2)},
		"of live tracking": {
			repair(0, 10), counts(1, 1), start(1, 100), history(1, 10), done(1), counts(1, 1), repair(0, 110), counts(2, 2), deleted(110), counts(1, 2)},
		"after the cutoff: live tracking's, whatever its import": {
			start(1, 100), history(1, 10), done(1), repair(1, 100, 110), counts(3, 3), start(2, 200), history(2, 10, 100, 110), done(2), counts(3, 3), deleted(100), counts(2, 3)},
		"after the cutoff, while a new import runs": {
			start(1, 100), done(1), start(2, 200), repair(1, 210), counts(1, 1), done(2), counts(1, 1)},
		"on both sides of the cutoff at once": {
			start(1, 100), done(1), repair(1, 90, 110), counts(2, 2), deleted(90, 110), counts(0, 2)},
		"of an import whose channel was read again since: the new one's, once": {
			start(1, 100), done(1), repair(1, 20), start(2, 200), history(2, 20), done(2), counts(1, 1), deleted(20), counts(0, 1)},
		"late, of an import whose channel was read again since": {
			start(1, 100), done(1), start(2, 200), history(2, 20), done(2), repair(1, 20), counts(1, 1), deleted(20), counts(0, 1)},
		"of a message that is deleted": {
			deleted(20), start(1, 100), done(1), repair(1, 20), counts(0, 1)},
	} {
		t.Run(name, func(t *testing.T) { all(story...)(newWorld(t)) })
	}
}

// TestDisputed has a file tell of another author, or of a bot, than Discord does. The side by which a message
// counts decides; its delete takes it from whom it counted for.
func TestDisputed(t *testing.T) {
	page := func(origin eventlog.Origin, imp uint32, m eventlog.Message) step {
		return func(w *world) {
			p, err := eventlog.NewPage(origin, imp, 1, []eventlog.Message{m})
			if err != nil {
				w.Fatal(err)
			}
			w.tell(p)
		}
	}
	theirs := eventlog.Message{ID: 10, Author: 6}
	bots := eventlog.Message{ID: 10, Author: 5, Marks: eventlog.Bot}
	for name, story := range map[string][]step{
		"archived as another's, and imported": {
			page(eventlog.Archive, 0, theirs), counts(0, 0, 1), start(1, 100), history(1, 10), done(1), counts(1, 1), deleted(10), counts(0, 1)},
		"imported, and archived as another's": {
			start(1, 100), history(1, 10), done(1), page(eventlog.Archive, 0, theirs), counts(1, 1), deleted(10), counts(0, 1)},
		"deleted while the import runs": {
			page(eventlog.Archive, 0, theirs), start(1, 100), history(1, 10, 20), deleted(10), counts(0, 0), done(1), counts(1, 1)},
		"archived as a bot's, and imported": {
			page(eventlog.Archive, 0, bots), counts(0, 0), start(1, 100), history(1, 10), done(1), counts(1, 1), deleted(10), counts(0, 1)},
		"imported as a bot's, and archived": {
			start(1, 100), page(eventlog.Import, 1, bots), done(1), archive(10), counts(0, 0), deleted(10), counts(0, 0)},
	} {
		t.Run(name, func(t *testing.T) { all(story...)(newWorld(t)) })
	}
}

// TestWhatIsCountable is the default policy.
func TestWhatIsCountable(t *testing.T) {
	for name, c := range map[string]struct {
		kind eventlog.Message
		want uint64
	}{
		"a message":              {eventlog.Message{}, 1},
		"a reply":                {eventlog.Message{Type: 19}, 1},
		"Discord's own marks":    {eventlog.Message{Marks: eventlog.System}, 1},
		"a join notice":          {eventlog.Message{Type: 7}, 0},
		"a slash command":        {eventlog.Message{Type: 20}, 0},
		"a thread's first":       {eventlog.Message{Type: 21}, 0},
		"a bot's":                {eventlog.Message{Marks: eventlog.Bot}, 0},
		"a bot's reply":          {eventlog.Message{Type: 19, Marks: eventlog.Bot}, 0},
		"a webhook's":            {eventlog.Message{Marks: eventlog.Webhook}, 0},
		"for one person's eyes":  {eventlog.Message{Marks: eventlog.Ephemeral}, 0},
		"of a type yet to come":  {eventlog.Message{Type: 60000}, 0},
		"by a bot and a webhook": {eventlog.Message{Marks: eventlog.Bot | eventlog.Webhook}, 0},
		"from a menu":            {eventlog.Message{Type: 23, Marks: eventlog.Bot}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			all(pageOf(eventlog.Live, 0, 1, c.kind, 10), counts(c.want, c.want),
				start(1, 100), pageOf(eventlog.Import, 1, 1, c.kind, 10), done(1), counts(c.want, c.want),
				pageOf(eventlog.Repair, 1, 2, c.kind, 20), counts(2*c.want, 2*c.want))(newWorld(t))
		})
	}
}
