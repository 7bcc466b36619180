package eventlog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"iter"

	"github.com/oklog/ulid/v2"
	bolt "go.etcd.io/bbolt"

	"tally/eventlog/snowflake"
)

// ErrNotFound says that no event has the ULID asked for.
var ErrNotFound = errors.New("no such event")

// Event is one fact of the log by itself, for people and programs that inspect it. Folds read whole
// bodies instead.
type Event struct {
	ULID  ulid.ULID    `json:"ulid"`
	Guild snowflake.ID `json:"guild_id"`
	Kind  Kind         `json:"kind"`
	// Data is a MessageEvent, a DeleteEvent, or the body itself for the kinds with one event a body.
	Data any `json:"-"`
}

// MessageEvent is the data of an event of KindMessage.
type MessageEvent struct {
	Origin    Origin       `json:"origin"`
	Import    uint32       `json:"import,omitempty"`
	Channel   snowflake.ID `json:"channel_id"`
	ID        snowflake.ID `json:"message_id"`
	Author    snowflake.ID `json:"author_id"`
	Type      uint16       `json:"type"`
	Bot       bool         `json:"bot,omitempty"`
	Webhook   bool         `json:"webhook,omitempty"`
	System    bool         `json:"system,omitempty"`
	Ephemeral bool         `json:"ephemeral,omitempty"`
}

// DeleteEvent is the data of an event of KindMessageDeleted. Author is 0 where the log didn't hold it.
type DeleteEvent struct {
	Channel snowflake.ID `json:"channel_id"`
	ID      snowflake.ID `json:"message_id"`
	Author  snowflake.ID `json:"author_id,omitzero"`
}

// MarshalJSON writes the event as one flat object: ulid, guild_id, kind, and what the data holds.
func (e Event) MarshalJSON() ([]byte, error) {
	type head Event
	b, err := json.Marshal(head(e))
	if err != nil {
		return nil, err
	}
	data, err := json.Marshal(e.Data)
	if err != nil || len(data) <= len("{}") {
		return b, err
	}
	b[len(b)-1] = ','
	return append(b, data[1:]...), nil
}

// Events takes a record apart into its events, in the order in which they were appended.
func (rec *Record) Events() iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		for part, err := range rec.parts() {
			if err != nil {
				yield(Event{ULID: rec.Base, Guild: rec.Guild}, err)
				return
			}
			for e, err := range part.events() {
				if !yield(e, err) || err != nil {
					return
				}
			}
		}
	}
}

func (rec *Record) events() iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		next := rec.Base
		for body, err := range rec.Bodies() {
			if err != nil {
				yield(Event{ULID: next, Guild: rec.Guild}, err)
				return
			}
			for i := range body.Len() {
				e := Event{ULID: next, Guild: rec.Guild, Kind: body.Kind(), Data: dataOf(body, i)}
				if !yield(e, nil) {
					return
				}
				next = advance(next, 1)
			}
		}
	}
}

func dataOf(body Body, i int) any {
	switch b := body.(type) {
	case *Page:
		m := b.Message(i)
		return MessageEvent{
			Origin: b.Origin, Import: b.Import, Channel: b.Channel, ID: m.ID, Author: m.Author, Type: m.Type,
			Bot: m.Marks&Bot != 0, Webhook: m.Marks&Webhook != 0, System: m.Marks&System != 0, Ephemeral: m.Marks&Ephemeral != 0,
		}
	case *Deletes:
		return DeleteEvent{Channel: b.Channel, ID: b.List[i].ID, Author: b.List[i].Author}
	}
	return body
}

// Get returns the event with a ULID, or an error that wraps ErrNotFound.
func (l *Log) Get(id ulid.ULID) (Event, error) {
	guilds, err := l.Guilds()
	if err != nil {
		return Event{}, err
	}
	failed := fmt.Errorf("%w: %s", ErrNotFound, id)
	for _, guild := range guilds {
		e, err := l.GetIn(guild, id)
		if err == nil {
			return e, nil
		}
		if !errors.Is(err, ErrNotFound) { // a damaged record here; the event may still be another guild's
			failed = err
		}
	}
	return Event{}, failed
}

// GetIn returns the event of a guild with a ULID, or an error that wraps ErrNotFound.
func (l *Log) GetIn(guild snowflake.ID, id ulid.ULID) (Event, error) {
	rec, err := l.holding(guild, id)
	if err != nil {
		return Event{}, err
	}
	for e, err := range rec.Events() {
		if err != nil {
			return Event{}, err
		}
		if e.ULID == id {
			return e, nil
		}
	}
	return Event{}, fmt.Errorf("%w: %s", ErrNotFound, id)
}

// holding returns a copy of the record in which an event stands, if it stands anywhere.
func (l *Log) holding(guild snowflake.ID, id ulid.ULID) (rec *Record, err error) {
	rec = &Record{hidden: l.Hidden(guild)}
	defer l.hasRead(0)
	err = l.db.View(func(tx *bolt.Tx) error {
		records := tx.Bucket(bucketRecords).Bucket(guildKey(guild))
		if records == nil {
			return fmt.Errorf("%w: %s", ErrNotFound, id)
		}
		c := records.Cursor()
		key, value := c.Seek(id[:])
		if string(key) != string(id[:]) {
			key, value = before(c)
		}
		if key == nil || string(key) > string(id[:]) {
			return fmt.Errorf("%w: %s", ErrNotFound, id)
		}
		return rec.open(guild, key, bytes.Clone(value))
	})
	return rec, err
}
