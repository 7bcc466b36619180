package report

import (
	"cmp"
	"slices"
	"time"

	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// Channel is what counts in one channel or thread, and what is known of its history.
type Channel struct {
	Channel  snowflake.ID     `json:"channel_id"`
	Parent   snowflake.ID     `json:"parent_id,omitzero"` // a thread's channel, as far as the log knows it
	Messages uint64           `json:"messages"`
	By       Origins          `json:"by_origin"`
	First    *projections.Day `json:"first_day"` // with a message
	Last     *projections.Day `json:"last_day"`
	History  History          `json:"history"`
}

// History says whether what was sent in a channel before the bot listened has been read.
type History string

// The states of a channel's history.
const (
	HistoryRead       History = "read"       // by the import that the count rests on
	HistoryReading    History = "reading"    // by an import that runs
	HistoryUnreadable History = "unreadable" // the last import was not permitted to
	HistoryUnread     History = "unread"     // no import has read it: only what came since is there
)

// Text says the state in words.
func (h History) Text() string {
	return map[History]string{
		HistoryRead: "read", HistoryReading: "being read", HistoryUnreadable: "not readable", HistoryUnread: "not imported",
	}[h]
}

func historyOf(g *projections.Guild, id snowflake.ID) History {
	of := func(i *projections.Import) (outcome eventlog.Outcome, named bool) {
		if i == nil || i.Channels[id] == nil {
			return 0, false
		}
		return i.Channels[id].Outcome, true
	}
	running, isRunning := of(g.Running())
	last, _ := of(g.Committed())
	_, by := g.Cutoff(id)
	switch {
	case running == eventlog.NoPermission || !isRunning && last == eventlog.NoPermission:
		return HistoryUnreadable
	case by != 0:
		return HistoryRead
	case isRunning:
		return HistoryReading
	}
	return HistoryUnread
}

// channelsOf returns the channels that have messages, and those of which an import knows that they have
// some that it could not read.
func channelsOf(g *projections.Guild, a *projections.Activity) []Channel {
	channels := []Channel{}
	for _, c := range g.Channels() {
		row := Channel{Channel: c.Channel, Parent: g.ParentOf(c.Channel), Messages: c.Messages, History: historyOf(g, c.Channel)}
		var by projections.ByOrigin
		for day, n := range a.Channels[c.Channel] {
			by = by.Plus(n)
			if row.First == nil || day < *row.First {
				row.First = new(day)
			}
			if row.Last == nil || day > *row.Last {
				row.Last = new(day)
			}
		}
		row.By = originsOf(by)
		channels = append(channels, row)
	}
	return append(channels, unreadable(g, a)...)
}

func unreadable(g *projections.Guild, a *projections.Activity) (channels []Channel) {
	last := g.LastImport()
	if last == nil {
		return nil
	}
	for id := range last.Channels {
		if len(a.Channels[id]) == 0 && !g.IsChannelDeleted(id) && historyOf(g, id) == HistoryUnreadable {
			channels = append(channels, Channel{Channel: id, Parent: g.ParentOf(id), History: HistoryUnreadable})
		}
	}
	slices.SortFunc(channels, func(a, b Channel) int { return cmp.Compare(a.Channel, b.Channel) })
	return channels
}

// Gap is a span in which the bot could not hear or read.
type Gap struct {
	Number  uint32       `json:"gap"`
	Channel snowflake.ID `json:"channel_id,omitzero"` // the one channel that it is of; 0: the whole server
	From    time.Time    `json:"from"`
	Until   *time.Time   `json:"until"` // null: it hasn't ended
	Open    bool         `json:"open"`  // what was sent in it is not all read yet
}

func gapsOf(g *projections.Guild, spans []projections.GapSpan) []Gap {
	open := map[uint32]bool{}
	for _, gap := range g.Gaps() {
		open[gap.Number] = true
	}
	gaps := []Gap{}
	for _, s := range spans {
		if s.Number >= g.NextGap() {
			break // it has opened since
		}
		gap := Gap{Number: s.Number, Channel: s.Channel, From: s.After.Time(), Open: open[s.Number]}
		if s.Ended() {
			gap.Until = new(s.Until.Time())
		}
		gaps = append(gaps, gap)
	}
	return gaps
}
