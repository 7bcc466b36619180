// Package archive reads messages from files that others have made of a server, and gives them to the guild's
// gate: exports by DiscordChatExporter (https://github.com/Tyrrrz/DiscordChatExporter), and the data package
// that Discord sends a person who asks for it.
//
//	set, err := archive.Find("exports/", "package.zip")
//	defer set.Close()
//	summary, err := archive.Import(ctx, set.Files, archive.Options{}, archive.Gates(open))
//
// Files are read as a stream: memory doesn't grow with them. Names and texts are passed over. One that is cut
// off or damaged is read as far as it goes, and named.
//
// # What the files say
//
// An export as JSON is one channel or thread: guild, channel, and of each message its id, the name of its type
// (a number where the exporter knows no name), its author, and whether that is a bot or webhook.
//
// An export as CSV has no message ids. Without them nobody can tell whether a message is held already, so
// these are refused (ErrNoIDs): export them again as JSON.
//
// A data package is what one person has written: messages/c…/messages.json, or messages.csv in older ones, with
// the channel and its server in channel.json beside it and the person in account/user.json. It names no types.
// What has neither text nor attachment may be a notice, of a join say, so that is left out.
package archive
