// Package discordtest is a Discord in a process: REST and gateway, good enough that a bot built on
// github.com/bwmarrin/discordgo can't tell. End-to-end tests and the demo run on it.
//
// # Basics
//
// [New] starts a [Server] with one bot application. [Server.AddGuild] makes a guild, [Guild] has
// what a guild's owner can do, [Server.Send] and [Server.Delete] are what its members do:
//
//	s := discordtest.New(discordtest.Options{})
//	defer s.Close()
//	g := s.AddGuild("test")
//	ch := g.AddChannel(discordtest.ChannelSpec{Name: "general"})
//	ann := g.AddUser("ann", false)
//	s.Send(ch, discordtest.Message{Author: ann})
//	session := s.Session() // a *discordgo.Session that talks to s
//	…
//	s.Truth(g.ID()).Users[ann] // 1: what a counter must have arrived at
//	s.Violations()             // must be empty
//
// [Load] reads a real server's history, [Generate] makes one up. [Server.Interact] sends a slash
// command and [Interaction.Press] presses a button of the answer. [Server.HistoryRequests] lists
// the pages that were asked for, [Server.OnHistory] steps in before one is served.
// [Server.Disconnect] and its neighbours, [Server.OnRequest] and [Server.OnDispatch] make trouble,
// [Options.MixedMilliseconds] and [Options.ShortPages] make history pages as odd as Discord's.
//
// # Two clocks
//
// Discord's clock ([Options.Clock]) mints ids and fills the Date header. Everything else, limits,
// heartbeats, lives of sessions and tokens, goes by package time, hence by the fake clock of a
// testing/synctest bubble.
//
// # Caveats
//
//   - What a client must never do is served as Discord would serve it, and noted: see
//     [Server.Violations].
//   - Nothing is eventually consistent by itself: an id is visible in REST and queued for the gateway
//     at the same instant. [HistoryOnly], [DispatchOnly], [Server.Redeliver] and ids of the test's own
//     choice make messages late, lost or doubled.
//   - The bot never sees contents of others unless [IntentMessageContent] is among
//     [Options.AllowedIntents].
//   - There is no voice, no presence, no member list (op 8 is taken and ignored), no reactions. Of the
//     search there is the total alone.
package discordtest
