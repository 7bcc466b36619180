package main

import (
	"encoding/binary"
	"log/slog"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/oklog/ulid/v2"
	"github.com/rogpeppe/go-internal/testscript"
	bolt "go.etcd.io/bbolt"

	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// The fixture's ids: two servers, their channels, and people.
const (
	guildA, guildB       = 100000000000000001, 200000000000000002
	general, random      = 100000000000000011, 100000000000000012
	busy, secret         = 200000000000000021, 200000000000000022
	ann, bob, cid, robot = 300000000000000001, 300000000000000002, 300000000000000003, 300000000000000009
)

// fixtureStart is the time of the first event; each record comes a minute after the one before.
var fixtureStart = time.Date(2026, 8, 1, 12, 0, 0, 0, time.UTC)

// sent returns the id of a message sent at a minute of the fixture.
func sent(minute float64) snowflake.ID {
	return snowflake.At(fixtureStart.Add(time.Duration(minute * float64(time.Minute))))
}

// fixture writes a log. In the first server an import has completed and a message was deleted after it;
// in the second an import runs, with one channel half read and one not readable.
func fixture(ts *testscript.TestScript, _ bool, args []string) {
	defer noFork()()
	writeFixture(ts.MkAbs(args[0]), ts.Check)
}

func writeFixture(dir string, check func(error)) {
	now := fixtureStart.Add(-time.Minute)
	log, err := eventlog.Open(dir, eventlog.Options{NoSync: true, Clock: func() time.Time {
		now = now.Add(time.Minute)
		return now
	}})
	check(err)
	page := func(origin eventlog.Origin, imp uint32, channel snowflake.ID, messages ...eventlog.Message) eventlog.Body {
		p, err := eventlog.NewPage(origin, imp, channel, messages)
		check(err)
		return p
	}
	write := func(guild snowflake.ID, bodies ...eventlog.Body) {
		_, err := log.Append(guild, bodies)
		check(err)
	}
	cutoff := sent(1)
	write(guildA, page(eventlog.Live, 0, general, eventlog.Message{ID: sent(0), Author: ann}))
	write(guildA, eventlog.ImportStarted{Import: 1, Cutoff: cutoff, By: ann, In: general})
	write(guildA, page(eventlog.Import, 1, general, eventlog.Message{ID: sent(-3), Author: bob}, eventlog.Message{ID: sent(-2), Author: bob, Type: 19},
		eventlog.Message{ID: sent(-1), Author: robot, Marks: eventlog.Bot}, eventlog.Message{ID: sent(0), Author: ann}))
	write(guildA, eventlog.ImportChannelFinished{Import: 1, Channel: general, Outcome: eventlog.Completed})
	write(guildA, eventlog.ImportChannelFinished{Import: 1, Channel: random, Outcome: eventlog.NoPermission})
	write(guildA, eventlog.ImportFinished{Import: 1, Outcome: eventlog.Completed, At: fixtureStart.Add(5 * time.Minute)})
	write(guildA, page(eventlog.Live, 0, general, eventlog.Message{ID: sent(6), Author: bob}, eventlog.Message{ID: sent(6.5), Author: cid}))
	write(guildA, &eventlog.Deletes{Channel: general, List: []eventlog.Delete{{ID: sent(6.5), Held: eventlog.HeldStream, Author: cid}}})
	write(guildA, eventlog.Verified{Counted: 4, Expected: 4})
	write(guildB, eventlog.ImportStarted{Import: 1, Cutoff: sent(9), By: bob, Forced: true})
	write(guildB, page(eventlog.Import, 1, busy, eventlog.Message{ID: sent(7), Author: cid}, eventlog.Message{ID: sent(8), Author: cid}))
	write(guildB, eventlog.ImportChannelFinished{Import: 1, Channel: secret, Outcome: eventlog.NoPermission})
	check(log.Close())
}

// settle has the first server count bots and deleted messages, by Berlin's days, and leave a channel out.
func settle(ts *testscript.TestScript, _ bool, args []string) {
	defer noFork()()
	log, err := eventlog.Open(ts.MkAbs(args[0]), eventlog.Options{NoSync: true})
	ts.Check(err)
	_, err = log.Append(guildA, []eventlog.Body{eventlog.SettingsChanged{By: ann, Settings: eventlog.Settings{
		Bots: true, Deleted: true, Excluded: []snowflake.ID{random}, Zone: "Europe/Berlin", Private: true,
		Access: []eventlog.Access{{Command: "recount", Role: 7}, {Command: "activity"}},
	}}})
	ts.Check(err)
	ts.Check(log.Close())
}

// lively writes a log with a live message a minute, for two days and some hours.
func lively(ts *testscript.TestScript, _ bool, args []string) {
	defer noFork()()
	log, err := eventlog.Open(ts.MkAbs(args[0]), eventlog.Options{NoSync: true})
	ts.Check(err)
	var records [][]eventlog.Body
	for minute := range 3000 {
		p, err := eventlog.NewPage(eventlog.Live, 0, general+snowflake.ID(minute%2), []eventlog.Message{{ID: sent(float64(minute)), Author: ann + snowflake.ID(minute%3)}})
		ts.Check(err)
		records = append(records, []eventlog.Body{p})
	}
	_, err = log.Append(guildA, records...)
	ts.Check(err)
	ts.Check(log.Close())
}

// noFork keeps other scripts from starting processes until its result is called: a process that was just
// forked holds the files that are open here, with their locks, until it becomes another program.
func noFork() (again func()) {
	syscall.ForkLock.RLock()
	return syscall.ForkLock.RUnlock
}

// hold holds a log open until the script ends.
func hold(ts *testscript.TestScript, _ bool, args []string) {
	log, err := eventlog.Open(ts.MkAbs(args[0]), eventlog.Options{})
	ts.Check(err)
	ts.Defer(func() { ts.Check(log.Close()) })
}

// attendScript holds a log open and takes commands there until the script ends.
func attendScript(ts *testscript.TestScript, _ bool, args []string) {
	log, err := openLog(ts.MkAbs(args[0]), eventlog.Options{})
	ts.Check(err)
	stop, err := serve(ts.MkAbs(args[0]), log, slog.New(slog.DiscardHandler))
	ts.Check(err)
	ts.Defer(func() {
		stop()
		ts.Check(log.Close())
	})
}

// damage flips one bit in the middle of a record's value.
func damage(ts *testscript.TestScript, _ bool, args []string) {
	defer noFork()()
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	db, err := bolt.Open(filepath.Join(ts.MkAbs(args[0]), eventlog.FileName), 0o600, nil)
	ts.Check(err)
	ts.Check(db.Update(func(tx *bolt.Tx) error {
		guilds := tx.Bucket([]byte("records"))
		first, _ := guilds.Cursor().First()
		records := guilds.Bucket(first)
		c := records.Cursor()
		key, value := c.First()
		for range n - 1 {
			key, value = c.Next()
		}
		bad := append([]byte{}, value...)
		bad[len(bad)/2] ^= 4
		ts.Setenv("RECORD", ulid.ULID(key).String())
		ts.Setenv("GUILD", strconv.FormatUint(binary.BigEndian.Uint64(first), 10))
		return records.Put(append([]byte{}, key...), bad)
	}))
	ts.Check(db.Close())
}

// falsify saves a state of the fixture's first server in which ann has one message more than the log.
func falsify(ts *testscript.TestScript, _ bool, args []string) {
	defer noFork()()
	dir := ts.MkAbs(args[0])
	log, err := eventlog.Open(dir, eventlog.Options{ReadOnly: true})
	ts.Check(err)
	g, err := projections.Replay(log, guildA, ulid.ULID{})
	ts.Check(err)
	p, err := eventlog.NewPage(eventlog.Live, 0, general, []eventlog.Message{{ID: sent(20), Author: ann}})
	ts.Check(err)
	g.Apply(p)
	ts.Check(projections.SaveSnapshot(dir, guildA, g.Encode()))
	ts.Check(log.Close())
}
