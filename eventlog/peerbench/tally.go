package main

import (
	"github.com/oklog/ulid/v2"

	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// theGuild is the made-up server's id in Tally's log.
const theGuild snowflake.ID = 1

// tallyPeer is Tally itself: an import's pages in the log, the count by the whole counting rule.
type tallyPeer struct {
	log      *eventlog.Log
	shown    *projections.Guild
	channels map[snowflake.ID]bool
}

func openTally(dir string) (peer, error) {
	log, err := eventlog.Open(dir, eventlog.Options{})
	if err != nil {
		return nil, err
	}
	_, err = log.Append(theGuild, []eventlog.Body{eventlog.ImportStarted{Import: 1, Cutoff: cutoff}})
	return &tallyPeer{log: log, channels: map[snowflake.ID]bool{}}, err
}

func (t *tallyPeer) append(pages []page) error {
	records := make([][]eventlog.Body, len(pages))
	list := make([]eventlog.Message, 0, perPage)
	for i, p := range pages {
		list = list[:0]
		for _, m := range p {
			list = append(list, eventlog.Message{ID: m.id, Author: m.author, Type: uint16(m.kind), Marks: eventlog.Marks(m.marks)})
		}
		body, err := eventlog.NewPage(eventlog.Import, 1, p[0].channel, list)
		if err != nil {
			return err
		}
		t.channels[p[0].channel] = true
		records[i] = []eventlog.Body{body}
	}
	_, err := t.log.Append(theGuild, records...)
	return err
}

func (t *tallyPeer) finish() error {
	var end []eventlog.Body
	for channel := range t.channels {
		end = append(end, eventlog.ImportChannelFinished{Import: 1, Channel: channel, Outcome: eventlog.Completed})
	}
	_, err := t.log.Append(theGuild, append(end, eventlog.ImportFinished{Import: 1, Outcome: eventlog.Completed}))
	return err
}

func (t *tallyPeer) recount() (map[snowflake.ID]uint64, error) {
	g, err := projections.Replay(t.log, theGuild, ulid.ULID{})
	if err != nil {
		return nil, err
	}
	t.shown = g
	counts := map[snowflake.ID]uint64{}
	for _, s := range g.Standings() {
		if s.Messages > 0 {
			counts[s.User] = s.Messages
		}
	}
	return counts, nil
}

// live appends the message and folds it in, as the gate does.
func (t *tallyPeer) live(m message) error {
	p, err := eventlog.NewPage(eventlog.Live, 0, m.channel, []eventlog.Message{{ID: m.id, Author: m.author}})
	if err != nil {
		return err
	}
	last, err := t.log.Append(theGuild, []eventlog.Body{p})
	if err != nil {
		return err
	}
	t.shown.Apply(p)
	t.shown.Reach(last)
	return nil
}

func (t *tallyPeer) used() (int64, error) { return t.log.UsedBytes() }
func (t *tallyPeer) close() error         { return t.log.Close() }
