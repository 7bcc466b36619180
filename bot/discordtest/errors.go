package discordtest

import "net/http"

// apiError is an error answer of Discord's REST API.
type apiError struct {
	status  int
	code    int
	message string
	errors  any
}

var (
	errUnauthorized       = &apiError{401, 0, "401: Unauthorized", nil}
	errMissingAccess      = &apiError{403, 50001, "Missing Access", nil}
	errMissingPermissions = &apiError{403, 50013, "Missing Permissions", nil}
	errUnknownChannel     = &apiError{404, 10003, "Unknown Channel", nil}
	errUnknownGuild       = &apiError{404, 10004, "Unknown Guild", nil}
	errUnknownMember      = &apiError{404, 10007, "Unknown Member", nil}
	errUnknownMessage     = &apiError{404, 10008, "Unknown Message", nil}
	errUnknownUser        = &apiError{404, 10013, "Unknown User", nil}
	errUnknownWebhook     = &apiError{404, 10015, "Unknown Webhook", nil}
	errUnknownInteraction = &apiError{404, 10062, "Unknown interaction", nil}
	errUnknownCommand     = &apiError{404, 10063, "Unknown application command", nil}
	errAcknowledged       = &apiError{400, 40060, "Interaction has already been acknowledged.", nil}
	errEmptyMessage       = &apiError{400, 50006, "Cannot send an empty message", nil}
	errNotAuthor          = &apiError{403, 50005, "Cannot edit a message authored by another user", nil}
	errNonText            = &apiError{400, 50008, "Cannot send messages in a non-text channel", nil}
	errWrongType          = &apiError{400, 50024, "Cannot execute action on this channel type", nil}
	errInvalidToken       = &apiError{401, 50027, "Invalid Webhook Token", nil}
	errThreadArchived     = &apiError{400, 50083, "Thread is archived", nil}
)

// formError is Discord's answer to a field that can't be.
func formError(field, code, message string) *apiError {
	return &apiError{400, 50035, "Invalid Form Body", map[string]any{
		field: map[string]any{"_errors": []map[string]string{{"code": code, "message": message}}},
	}}
}

// fail answers with an error and keeps watch over clients that go on in spite of errors.
func (c *call) fail(err *apiError) {
	if err.status == http.StatusTooManyRequests {
		return // limiter.admit has answered
	}
	body := map[string]any{"message": err.message, "code": err.code}
	if err.errors != nil {
		body["errors"] = err.errors
	}
	c.reply(err.status, body)
}
