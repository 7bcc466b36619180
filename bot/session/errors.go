//lint:file-ignore ST1005 Discord is a name.

package session

import (
	"errors"
	"fmt"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"
)

// Errors that no retry mends.
var (
	ErrToken   = errors.New("Discord does not accept the token (make a new one on the application's Bot page)")
	ErrIntents = errors.New("Discord does not allow the intents that the bot asks for")
	ErrRefused = errors.New("Discord refuses the connection for good")
)

// Reasons for the end of a connection.
var (
	errLost    = errors.New("the connection was lost")
	errFull    = errors.New("events came faster than they could be taken: this session is given up, and what it still had is read as a gap")
	errMute    = errors.New("the gateway stopped answering heartbeats")
	errEnded   = errors.New("the gateway ended the session") // op 9; perhaps it can be resumed
	errHung    = errors.New("the gateway didn't answer in time")
	errInvalid = errors.New("the gateway doesn't know the session, or allows no new one yet") // op 9 to RESUME or IDENTIFY
)

// fatal returns an error that says what to do about err, if a retry can't mend it
// (https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes).
// discordgo tells the code only if Open meets it. That is enough: whoever is closed with one of these
// meets it again when it connects.
func fatal(err error) error {
	switch code := closeCode(err); code {
	case 4004:
		return ErrToken
	case 4013, 4014:
		return ErrIntents
	case 4010, 4011, 4012:
		return fmt.Errorf("%w: %w", ErrRefused, err)
	}
	return nil
}

// over says whether the session that failed with err must not be opened again: it hangs, or to resume
// it was answered with op 9 or a close code, and would be again.
func over(err error) bool {
	return errors.Is(err, errHung) || errors.Is(err, errInvalid) || errors.Is(err, discordgo.ErrWSAlreadyOpen) ||
		closeCode(err) >= 4000
}

func closeCode(err error) int {
	var closed *websocket.CloseError
	if !errors.As(err, &closed) {
		return 0
	}
	return closed.Code
}
