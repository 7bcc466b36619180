package eventlog

import (
	"time"

	"tally/eventlog/snowflake"
)

// Body is what one or more events that were written together say. The bodies of this package are
// Page, Deletes, ChannelDeleted, ImportStarted, ImportChannelFinished, ImportFinished, ImportReported, Verified,
// GapOpened, GapClosed, ChannelChecked, SettingsChanged, UserErased, GuildLeft and, for kinds of a newer version, Unknown.
type Body interface {
	Kind() Kind
	// Len is the number of events, each of which has its own ULID.
	Len() int
	appendPayload(b []byte) []byte
}

// ChannelDeleted says that a channel is gone, and all its messages with it.
type ChannelDeleted struct {
	Channel snowflake.ID `json:"channel_id"`
}

// ImportStarted opens an import. It is durable before the first page is asked for.
type ImportStarted struct {
	Import uint32       `json:"import"`            // 1, 2, … in each guild
	Cutoff snowflake.ID `json:"cutoff"`            // smallest id that belongs to live tracking
	By     snowflake.ID `json:"by,omitzero"`       // the user who asked; 0: the shell
	In     snowflake.ID `json:"asked_in,omitzero"` // the channel that it reports to
	Forced bool         `json:"forced,omitempty"`  // it replaces a completed or a running import
	// Partial: it reads only channels that no import has read, and adds them to the completed one.
	Partial bool `json:"partial,omitempty"`
}

// ImportChannelFinished says that an import is done with a channel, and how.
type ImportChannelFinished struct {
	Import  uint32       `json:"import"`
	Channel snowflake.ID `json:"channel_id"`
	Parent  snowflake.ID `json:"parent_id,omitzero"` // a thread's channel, with which it goes; else 0: a category goes alone
	Outcome Outcome      `json:"outcome"`
}

// ImportFinished closes an import. If it is Completed, the count switches over to it.
type ImportFinished struct {
	Import  uint32    `json:"import"`
	Outcome Outcome   `json:"outcome"`
	At      time.Time `json:"at"` // Discord's clock, to the millisecond
}

// ImportReported says that a message tells people of an import.
type ImportReported struct {
	Import  uint32       `json:"import"`
	Message snowflake.ID `json:"message_id,omitzero"` // in the channel that the import reports to; 0: nobody can be told there
	Ended   bool         `json:"ended"`               // it tells that the import has ended: nothing is left to tell
}

// Verified keeps the result of a verification.
type Verified struct {
	Deep       bool         `json:"deep"`            // against Discord; else against the log
	Cutoff     snowflake.ID `json:"cutoff,omitzero"` // deep: ids below it were compared
	Counted    uint64       `json:"counted"`
	Expected   uint64       `json:"expected"`
	Missing    uint64       `json:"missing"`
	Extra      uint64       `json:"extra"`
	Duplicates uint64       `json:"duplicates"`
}

// GapOpened says that live tracking may have missed messages: those above After, up to when it listened
// again. It is durable before anything is counted that came after the gap.
type GapOpened struct {
	Gap   uint32       `json:"gap"` // 1, 2, … in each guild
	After snowflake.ID `json:"after"`
	// Channel is the one channel that could not be heard or read, its threads with it; 0: the whole guild.
	Channel snowflake.ID `json:"channel_id,omitzero"`
}

// GapClosed says that everything in a gap has been read.
type GapClosed struct {
	Gap uint32 `json:"gap"`
}

// ChannelChecked says that all of a channel's history was read after a gap had ended and held against the
// log, and that what had gone meanwhile was noted before this: no delete up to the end of the gap is
// unknown.
type ChannelChecked struct {
	Channel snowflake.ID `json:"channel_id"`
	Gap     uint32       `json:"gap"`
	Parent  snowflake.ID `json:"parent_id,omitzero"` // a thread's channel, else 0
}

// Unknown is a body of a kind that this version doesn't know. It is kept and reported, never counted.
type Unknown struct {
	Code    Kind   `json:"-"`
	Events  int    `json:"-"`
	Payload []byte `json:"payload"`
}

func (ChannelDeleted) Kind() Kind        { return KindChannelDeleted }
func (ImportStarted) Kind() Kind         { return KindImportStarted }
func (ImportChannelFinished) Kind() Kind { return KindImportChannelFinished }
func (ImportFinished) Kind() Kind        { return KindImportFinished }
func (ImportReported) Kind() Kind        { return KindImportReported }
func (Verified) Kind() Kind              { return KindVerified }
func (GapOpened) Kind() Kind             { return KindGapOpened }
func (GapClosed) Kind() Kind             { return KindGapClosed }
func (ChannelChecked) Kind() Kind        { return KindChannelChecked }
func (u Unknown) Kind() Kind             { return u.Code }

func (ChannelDeleted) Len() int        { return 1 }
func (ImportStarted) Len() int         { return 1 }
func (ImportChannelFinished) Len() int { return 1 }
func (ImportFinished) Len() int        { return 1 }
func (ImportReported) Len() int        { return 1 }
func (Verified) Len() int              { return 1 }
func (GapOpened) Len() int             { return 1 }
func (GapClosed) Len() int             { return 1 }
func (ChannelChecked) Len() int        { return 1 }
func (u Unknown) Len() int             { return u.Events }

func (e ChannelDeleted) appendPayload(b []byte) []byte        { return appendFields(b, &e) }
func (e ImportStarted) appendPayload(b []byte) []byte         { return appendFields(b, &e) }
func (e ImportChannelFinished) appendPayload(b []byte) []byte { return appendFields(b, &e) }
func (e ImportFinished) appendPayload(b []byte) []byte        { return appendFields(b, &e) }
func (e ImportReported) appendPayload(b []byte) []byte        { return appendFields(b, &e) }
func (e Verified) appendPayload(b []byte) []byte              { return appendFields(b, &e) }
func (e GapOpened) appendPayload(b []byte) []byte             { return appendFields(b, &e) }
func (e GapClosed) appendPayload(b []byte) []byte             { return appendFields(b, &e) }
func (e ChannelChecked) appendPayload(b []byte) []byte        { return appendFields(b, &e) }
func (u Unknown) appendPayload(b []byte) []byte               { return append(b, u.Payload...) }

// The order of the fields below is the stored order. Add new ones at the end only.

func (e *ChannelDeleted) fields(c *coder) { c.id(&e.Channel) }

func (e *ImportStarted) fields(c *coder) {
	c.uint32(&e.Import)
	c.id(&e.Cutoff)
	c.id(&e.By)
	c.id(&e.In)
	c.bool(&e.Forced)
	c.bool(&e.Partial)
}

func (e *ImportChannelFinished) fields(c *coder) {
	c.uint32(&e.Import)
	c.id(&e.Channel)
	c.id(&e.Parent)
	c.outcome(&e.Outcome)
}

func (e *ImportFinished) fields(c *coder) {
	c.uint32(&e.Import)
	c.outcome(&e.Outcome)
	c.time(&e.At)
}

func (e *ImportReported) fields(c *coder) {
	c.uint32(&e.Import)
	c.id(&e.Message)
	c.bool(&e.Ended)
}

func (e *Verified) fields(c *coder) {
	c.bool(&e.Deep)
	c.id(&e.Cutoff)
	for _, n := range []*uint64{&e.Counted, &e.Expected, &e.Missing, &e.Extra, &e.Duplicates} {
		c.uint64(n)
	}
}

func (e *GapOpened) fields(c *coder) {
	c.uint32(&e.Gap)
	c.id(&e.After)
	c.id(&e.Channel)
}

func (e *GapClosed) fields(c *coder) { c.uint32(&e.Gap) }

func (e *ChannelChecked) fields(c *coder) {
	c.id(&e.Channel)
	c.uint32(&e.Gap)
	c.id(&e.Parent)
}
