package rest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// Errors of the transport: nothing was sent, or nothing usable came back.
var (
	// ErrTooManyInvalid: so many requests were refused lately that sending more risks a ban.
	ErrTooManyInvalid = errors.New("too many requests were refused by Discord, sending is paused")
	// ErrBanned: Cloudflare refuses this address for longer than the request may wait.
	ErrBanned = errors.New("requests from this address are refused by Cloudflare")
	// ErrUnavailable: Discord can't be reached or fails on its side, after all attempts.
	ErrUnavailable = errors.New("no usable answer from Discord")
	// ErrTooLarge: an answer is larger than [MaxResponseBytes].
	ErrTooLarge = errors.New("answer is too large")
)

// Errors that Discord answers with; an *[Error] wraps one of them, or none.
var (
	// ErrUnauthorized: the token is wrong (401). The transport sends nothing more with it.
	ErrUnauthorized = errors.New("the bot token is refused by Discord")
	// ErrNoAccess: the bot lacks access (50001) or a permission (50013). Asking again can't help
	// before a permission changes, and counts towards a ban.
	ErrNoAccess = errors.New("the bot has no access")
	// ErrUnknownChannel: the channel or thread is deleted (10003).
	ErrUnknownChannel = errors.New("unknown channel")
	// ErrUnknownGuild: there is no such guild, or the bot is not in it (10004).
	ErrUnknownGuild = errors.New("unknown guild")
	// ErrUnknownMember: the user is not in the guild (10007).
	ErrUnknownMember = errors.New("unknown member")
	// ErrUnknownUser: there is no such account any more (10013).
	ErrUnknownUser = errors.New("unknown user")
	// ErrUnknownMessage: the message is deleted (10008).
	ErrUnknownMessage = errors.New("unknown message")
	// ErrUnknownInteraction: not answered within 3 s (10062), or its token is older than 15 minutes
	// (10015, 50027).
	ErrUnknownInteraction = errors.New("unknown or expired interaction")
	// ErrAlreadyAnswered: the interaction has its first answer already (40060).
	ErrAlreadyAnswered = errors.New("interaction is already answered")
	// ErrWrongChannelType: channels of this type don't have what was asked for (50024).
	ErrWrongChannelType = errors.New("wrong type of channel")
)

// kinds gives the sentinel of Discord's own error codes
// (https://discord.com/developers/docs/topics/opcodes-and-status-codes#json).
var kinds = map[int]error{
	10003:  ErrUnknownChannel,
	10004:  ErrUnknownGuild,
	10007:  ErrUnknownMember,
	10008:  ErrUnknownMessage,
	10013:  ErrUnknownUser,
	10015:  ErrUnknownInteraction,
	10062:  ErrUnknownInteraction,
	40060:  ErrAlreadyAnswered,
	50001:  ErrNoAccess,
	50013:  ErrNoAccess,
	50024:  ErrWrongChannelType,
	50027:  ErrUnknownInteraction,
	110000: ErrNotIndexed,
}

// Error is an answer of Discord that refuses a request. It wraps the sentinel of its kind, so that
// errors.Is(err, ErrNoAccess) works; an unknown code wraps nothing.
type Error struct {
	Route   string // method and path with names for ids and tokens
	Status  int    // HTTP status
	Code    int    // Discord's own code; 0 when the answer had none
	Message string // Discord's own message, or the start of an answer that isn't JSON

	kind error
}

// Error says what was refused and why.
func (e *Error) Error() string {
	return fmt.Sprintf("%s: %d %s (code %d): %s", e.Route, e.Status, http.StatusText(e.Status), e.Code, e.Message)
}

// Unwrap returns the sentinel of the kind, or nil.
func (e *Error) Unwrap() error { return e.kind }

// errorOf reads an answer that refuses a request.
func errorOf(r route, status int, body []byte) *Error {
	e := &Error{Route: r.String(), Status: status}
	switch {
	case status != http.StatusUnauthorized:
	case r.exempt:
		e.kind = ErrUnknownInteraction // the token in the path is refused, not the bot's
	default:
		e.kind = ErrUnauthorized
	}
	var said struct {
		Code    int             `json:"code"`
		Message string          `json:"message"`
		Errors  json.RawMessage `json:"errors"`
	}
	if json.Unmarshal(body, &said) != nil {
		e.Message = clip(body)
		return e
	}
	e.Code, e.Message = said.Code, said.Message
	if kind := kinds[e.Code]; kind != nil {
		e.kind = kind
	}
	if len(said.Errors) > 0 {
		e.Message += " " + clip(said.Errors)
	}
	return e
}

// clip keeps an error message readable whatever a server sends.
func clip(b []byte) string {
	const most = 300
	if len(b) > most {
		return string(b[:most]) + "…"
	}
	return string(b)
}
