package main

import (
	"encoding/json"
	"iter"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/oklog/ulid/v2"

	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// logCmd groups the commands about the log.
type logCmd struct {
	Ls      logLsCmd      `cmd:"" help:"List events, oldest first."`
	Get     logGetCmd     `cmd:"" help:"Show one event."`
	Tail    logTailCmd    `cmd:"" help:"List the last events."`
	Stats   logStatsCmd   `cmd:"" help:"Sum the log up: events by kind, origin and server, its span, its size."`
	Check   logCheckCmd   `cmd:"" help:"Read everything and name what is damaged."`
	Compact logCompactCmd `cmd:"" help:"Pack old live messages closely, and shrink the file."`
}

// filterFlags choose events.
type filterFlags struct {
	guildFlag
	Channel snowflake.ID `placeholder:"ID" help:"Only events of this channel or thread."`
	User    snowflake.ID `placeholder:"ID" help:"Only messages by this user, and imports that they started."`
	Origin  string       `placeholder:"ORIGIN" completion-predictor:"origin" help:"Only messages of this origin: live, import, catchup, repair or archive."`
	Kind    string       `placeholder:"KIND" completion-predictor:"kind" help:"Only events of this kind: ${kinds}."`
	Since   moment       `placeholder:"ULID|TIME" help:"Only events from then on. A time is when the log learned of it: 2026-08-01, 2026-08-01T12:30:00Z, or 90m for 90 minutes ago."`
	Until   moment       `placeholder:"ULID|TIME" help:"Only events up to then."`
}

// filter is filterFlags, read.
type filter struct {
	filterFlags
	origin eventlog.Origin
	kind   eventlog.Kind
}

// filter reads the names. An unknown kind or origin is an error that lists the known ones.
func (f filterFlags) filter() (r filter, err error) {
	r.filterFlags = f
	if f.Origin != "" {
		if r.origin, err = eventlog.ParseOrigin(f.Origin); err != nil {
			return r, usage(err, "See `tally log ls --help`.")
		}
	}
	if f.Kind != "" {
		if r.kind, err = eventlog.ParseKind(f.Kind); err != nil {
			return r, usage(err, "See `tally log ls --help`.")
		}
	}
	return r, nil
}

// events gives the events that fit, those after a ULID, oldest first. What can't be read comes as an
// error in its place, and the iteration goes on after it.
func (f filter) events(log *eventlog.Log, after ulid.ULID) iter.Seq2[eventlog.Event, error] {
	return f.onward(log, &after)
}

// onward is events that leaves in at the last event of the log that it has looked at.
func (f filter) onward(log *eventlog.Log, at *ulid.ULID) iter.Seq2[eventlog.Event, error] {
	after := *at
	records := log.AllRecords(after)
	if f.Guild != 0 {
		records = log.Records(f.Guild, after)
	}
	return func(yield func(eventlog.Event, error) bool) {
		for rec, err := range records {
			if err != nil {
				if !yield(eventlog.Event{}, err) || rec == nil {
					return
				}
				continue
			}
			if !f.Until.isZero() && rec.Base.Compare(f.Until.last()) > 0 {
				return
			}
			for e, err := range rec.Events() {
				if (err != nil || e.ULID.Compare(after) > 0 && f.fits(e)) && !yield(e, err) {
					return
				}
			}
			*at = rec.Last()
		}
	}
}

func (f filter) fits(e eventlog.Event) bool {
	s := subjectOf(e)
	switch {
	case f.kind != 0 && e.Kind != f.kind, f.origin != 0 && s.origin != f.origin:
		return false
	case f.Channel != 0 && s.channel != f.Channel, f.User != 0 && s.user != f.User:
		return false
	case !f.Since.isZero() && e.ULID.Compare(f.Since.first()) < 0:
		return false
	}
	return f.Until.isZero() || e.ULID.Compare(f.Until.last()) <= 0
}

// subject is what an event is about; what it doesn't tell is 0.
type subject struct {
	origin                 eventlog.Origin
	channel, message, user snowflake.ID
	note                   []string
}

func subjectOf(e eventlog.Event) (s subject) {
	switch d := e.Data.(type) {
	case eventlog.MessageEvent:
		s = subject{origin: d.Origin, channel: d.Channel, message: d.ID, user: d.Author}
		s.add(d.Type != 0, "type "+strconv.Itoa(int(d.Type)))
		s.add(d.Bot, "bot")
		s.add(d.Webhook, "webhook")
		s.add(d.System, "system")
		s.add(d.Ephemeral, "ephemeral")
		s.add(d.Import != 0, "import "+strconv.Itoa(int(d.Import)))
	case eventlog.DeleteEvent:
		s = subject{channel: d.Channel, message: d.ID, user: d.Author}
	case eventlog.ChannelDeleted:
		s.channel = d.Channel
	case eventlog.ImportStarted:
		s = subject{channel: d.In, user: d.By}
		s.add(true, "import "+strconv.Itoa(int(d.Import)))
		s.add(true, "cutoff "+clock(d.Cutoff.Time()))
		s.add(d.Forced, "forced")
	case eventlog.ImportChannelFinished:
		s.channel = d.Channel
		s.add(true, "import "+strconv.Itoa(int(d.Import))+" "+d.Outcome.String())
	case eventlog.ImportFinished:
		s.add(true, "import "+strconv.Itoa(int(d.Import))+" "+d.Outcome.String())
	case eventlog.SettingsChanged:
		s.user = d.By
		s.add(true, strings.Join(d.Settings.Words(), "; "))
	case eventlog.Verified:
		s.add(d.Deep, "deep")
		s.add(true, number(d.Counted)+" counted, "+number(d.Expected)+" expected")
	default:
		s = subjectOfAny(d)
	}
	return s
}

// subjectOfAny reads what any other kind tells from its JSON.
func subjectOfAny(data any) (s subject) {
	var fields map[string]json.RawMessage
	if b, err := json.Marshal(data); err != nil || json.Unmarshal(b, &fields) != nil {
		return s
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		text := strings.Trim(string(fields[name]), `"`)
		switch id, err := snowflake.Parse(text); {
		case name == "channel_id" && err == nil:
			s.channel = id
		case name == "author_id" && err == nil:
			s.user = id
		default:
			s.add(true, name+" "+text)
		}
	}
	return s
}

// kindNames lists the kinds of events that this version knows.
func kindNames() string {
	var names []string
	for k := eventlog.Kind(1); k < math.MaxUint8; k++ {
		if k.Known() {
			names = append(names, k.String())
		}
	}
	return strings.Join(names, ", ")
}

// originNames lists the origins of messages.
func originNames() (names []string) {
	for o := eventlog.Live; o <= eventlog.Archive; o++ {
		names = append(names, o.String())
	}
	return names
}

func (s *subject) add(ok bool, note string) {
	if ok {
		s.note = append(s.note, note)
	}
}

func (s subject) notes() string { return strings.Join(s.note, ", ") }
