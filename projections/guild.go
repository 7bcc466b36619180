package projections

import (
	"time"

	"github.com/oklog/ulid/v2"

	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// Guild is one guild's count: a fold over its events. It is not safe for use by several goroutines at
// once. The methods that change it are Apply and Reach.
type Guild struct {
	ID snowflake.ID

	position ulid.ULID    // of the last event that is folded in
	newest   snowflake.ID // the largest message id seen
	unknown  uint64       // events of kinds that this version doesn't know
	followed int          // events that were read from the log

	channels map[snowflake.ID]*channel
	users    users
	total    Count // sum of the users'
	deleted  idSet // deleted messages whose author is known, or that will not count
	unmet    idSet // deleted before the log held them: their author is not known yet

	committed *Import // the last one that completed
	running   *Import
	ended     *Import // the last one that ended without completing, if none has completed since
	imports   uint32  // the number of the newest import

	gaps    map[uint32]Gap // the open ones
	gapped  uint32         // the number of the newest gap
	unheard uint32         // the newest gap of the whole guild

	policy   Policy            // by which messages are counted
	settings eventlog.Settings // as they were changed last

	erased map[uint64]bool // hashes of the users who had themselves erased
	left   time.Time       // when the bot was removed from the guild; zero: it is in it

	onDelete func(id, author snowflake.ID) // told of each message that counts as deleted; nil: nobody is
}

// Count is what one user has written.
type Count struct {
	Messages uint64 // that exist
	Deleted  uint64 // that are known to be deleted
}

// Seen is the number of messages ever seen.
func (c Count) Seen() uint64 { return c.Messages + c.Deleted }

// channel is what is counted in one channel or thread.
type channel struct {
	parent   snowflake.ID
	deleted  bool
	excluded bool         // by the settings: it holds what it holds, and none of it is shown
	by       uint32       // the import that its count before the cutoff rests on; 0: none
	cutoff   snowflake.ID // the smallest id that is live tracking's
	checked  uint32       // up to this gap no delete is unknown
	unheard  uint32       // the newest gap of this channel alone

	writers places[uint32] // the users' numbers
	cells   []cell         // one for each writer
	aside   []aside        // likewise, while an import runs; the last may be missing
}

// shows reports whether a message of the channel counts.
func (ch *channel) shows() bool {
	for _, c := range ch.cells {
		if c.imported+c.stream > 0 {
			return true
		}
	}
	return false
}

// NewGuild returns a guild of which nothing is known.
func NewGuild(id snowflake.ID) *Guild {
	return &Guild{ID: id, channels: map[snowflake.ID]*channel{}, gaps: map[uint32]Gap{}, erased: map[uint64]bool{}}
}

// Apply folds in a body of events. After the last body of a record comes Reach.
func (g *Guild) Apply(body eventlog.Body) {
	switch b := body.(type) {
	case *eventlog.Page:
		g.applyPage(b)
	case *eventlog.Deletes:
		g.applyDeletes(b)
	case eventlog.ChannelDeleted:
		g.applyChannelDeleted(b)
	case eventlog.ImportStarted:
		g.applyImportStarted(b)
	case eventlog.ImportChannelFinished:
		g.applyImportChannelFinished(b)
	case eventlog.ImportFinished:
		g.applyImportFinished(b)
	case eventlog.ImportReported:
		g.applyImportReported(b)
	case eventlog.GapOpened:
		g.applyGapOpened(b)
	case eventlog.GapClosed:
		g.applyGapClosed(b)
	case eventlog.ChannelChecked:
		ch := g.channel(b.Channel)
		ch.checked = max(ch.checked, b.Gap)
		if b.Parent != 0 {
			g.setParent(b.Channel, b.Parent)
		}
	case eventlog.SettingsChanged:
		g.applySettings(b)
	case eventlog.UserErased:
		g.erased[b.Hash] = true
	case eventlog.GuildLeft:
		g.left = b.At
	case eventlog.Unknown:
		g.unknown += uint64(b.Len())
	}
}

// Reach notes that all events up to position are folded in.
func (g *Guild) Reach(position ulid.ULID) { g.position = position }

// Position returns the ULID of the last event that is folded in.
func (g *Guild) Position() ulid.ULID { return g.position }

// Followed returns how many events were read from the log since the guild was made, or decoded from a snapshot.
func (g *Guild) Followed() int { return g.followed }

// Newest returns the largest message id that the log has shown.
func (g *Guild) Newest() snowflake.ID { return g.newest }

// Unknown returns how many events were of kinds that this version doesn't know: if there are any, a
// newer version of Tally wrote to this log, and its counts may differ.
func (g *Guild) Unknown() uint64 { return g.unknown }

func (g *Guild) channel(id snowflake.ID) *channel {
	ch, ok := g.channels[id]
	if !ok {
		ch = &channel{checked: g.gapped} // what it will hold is read from now on
		ch.excluded = g.excludes(id, ch)
		g.channels[id] = ch
	}
	return ch
}
