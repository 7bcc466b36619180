package eventlog

import "fmt"

// Kind says what an event tells. Numbers are stored: never reuse one.
type Kind uint8

// The kinds of events. A kind that this version doesn't know is kept as it is (see Unknown).
const (
	KindMessage               Kind = 1
	KindMessageDeleted        Kind = 2
	KindChannelDeleted        Kind = 3
	KindImportStarted         Kind = 4
	KindImportChannelFinished Kind = 5
	KindImportFinished        Kind = 6
	KindVerified              Kind = 7
	KindGapOpened             Kind = 8
	KindGapClosed             Kind = 9
	KindChannelChecked        Kind = 10
	KindSettingsChanged       Kind = 11
	KindUserErased            Kind = 12
	KindGuildLeft             Kind = 13
	KindImportReported        Kind = 14
)

var kindNames = [...]string{
	KindMessage:               "message",
	KindMessageDeleted:        "message_deleted",
	KindChannelDeleted:        "channel_deleted",
	KindImportStarted:         "import_started",
	KindImportChannelFinished: "import_channel_finished",
	KindImportFinished:        "import_finished",
	KindVerified:              "verified",
	KindGapOpened:             "gap_opened",
	KindGapClosed:             "gap_closed",
	KindChannelChecked:        "channel_checked",
	KindSettingsChanged:       "settings_changed",
	KindUserErased:            "user_erased",
	KindGuildLeft:             "guild_left",
	KindImportReported:        "import_reported",
}

// Known reports whether this version can decode events of the kind.
func (k Kind) Known() bool { return nameOf(kindNames[:], int(k)) != "" }

// String returns the kind's name, such as "message_deleted".
func (k Kind) String() string { return nameOr(kindNames[:], int(k), "kind") }

// MarshalText writes the kind's name.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// ParseKind finds a kind by its name.
func ParseKind(s string) (Kind, error) {
	n, err := parseName(kindNames[:], s, "kind")
	return Kind(n), err
}

// Origin says where a message event came from. Numbers are stored: never reuse one.
type Origin uint8

// The origins of message events.
const (
	Live    Origin = 1 // the gateway
	Import  Origin = 2 // history read by an import
	Catchup Origin = 3 // history read after a gap
	Repair  Origin = 4 // found by a verification or by an import's last comparison
	Archive Origin = 5 // read from a file
)

var originNames = [...]string{Live: "live", Import: "import", Catchup: "catchup", Repair: "repair", Archive: "archive"}

// String returns the origin's name, such as "live".
func (o Origin) String() string { return nameOr(originNames[:], int(o), "origin") }

// MarshalText writes the origin's name.
func (o Origin) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// ParseOrigin finds an origin by its name.
func ParseOrigin(s string) (Origin, error) {
	n, err := parseName(originNames[:], s, "origin")
	return Origin(n), err
}

// Marks tell what a message's type doesn't: who or what wrote it. Bits are stored.
type Marks uint8

// The marks of a message.
const (
	Bot       Marks = 1 << iota // the author is an application
	Webhook                     // posted through a webhook
	System                      // the author is Discord itself
	Ephemeral                   // shown to one person only, never in history
)

// Outcome says how an import, or its reading of one channel, ended. Numbers are stored.
type Outcome uint8

// The outcomes.
const (
	Completed    Outcome = 1
	Cancelled    Outcome = 2
	NoPermission Outcome = 3 // the bot may not read the channel's history
	Gone         Outcome = 4 // the channel was deleted meanwhile
	Superseded   Outcome = 5 // a forced import took its place
)

var outcomeNames = [...]string{
	Completed: "completed", Cancelled: "cancelled", NoPermission: "no_permission", Gone: "gone", Superseded: "superseded",
}

// String returns the outcome's name, such as "no_permission".
func (o Outcome) String() string { return nameOr(outcomeNames[:], int(o), "outcome") }

// MarshalText writes the outcome's name.
func (o Outcome) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

func nameOf(names []string, n int) string {
	if n < len(names) {
		return names[n]
	}
	return ""
}

func nameOr(names []string, n int, noun string) string {
	if s := nameOf(names, n); s != "" {
		return s
	}
	return fmt.Sprintf("%s_%d", noun, n)
}

func parseName(names []string, s, noun string) (int, error) {
	var known []string
	for n, name := range names {
		if name == "" {
			continue
		}
		if name == s {
			return n, nil
		}
		known = append(known, name)
	}
	return 0, fmt.Errorf("no %s %q: it is one of %v", noun, s, known)
}
