// Package rest asks Discord over HTTP: one paced [Transport] below discordgo's Session, and a [Client]
// with the calls that the bot makes.
//
//	t, err := rest.NewTransport(rest.Options{})
//	c := rest.NewClient(rest.NewSession(token, t))
//	page, err := c.Messages(ctx, channel, rest.Query{Before: id})
//
// The Transport is the one place where requests wait: for Discord's global limit, in which the longest
// reading goes first ([WithPagesLeft]), for the pace of a channel's history, which is found out, for what an answer 429 says, between retries. discordgo's own limiter sleeps where
// no context reaches it, so the Transport takes the headers that would wake it out of every answer.
// Each of these waits ends at once with the request's context; a wait that can't end before the
// context's deadline isn't begun.
//
// What an answer's headers say is obeyed whatever becomes of its body, and a request that no answer came of
// is taken for one that Discord has counted.
//
// What is retried, and how often, depends on the request: see [Patient] and [WithAttempts]. A POST is
// sent again only when Discord surely didn't act on it, so no message is posted twice.
//
// Discord bans an address that sends 10,000 invalid requests in 10 minutes. The Transport stops far
// below that ([ErrTooManyInvalid]), and after one 401 sends nothing more with that token
// ([ErrUnauthorized]).
package rest
