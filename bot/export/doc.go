// Package export writes what was counted by user, channel and day, for spreadsheets and programs. It knows the rows of
// package projections alone: ids, days and numbers, no names.
//
// All formats have the same rows, by day, then by channel, then by user, and the same columns:
//
//	column      what                                      CSV         JSON         Parquet
//	guild_id    the server                                digits      string       UINT_64
//	day         on which they were sent, server's zone    2026-01-31  "2026-01-31" DATE
//	channel_id  the channel or thread                     digits      string       UINT_64
//	user_id     who wrote them; 1: all erased members     digits      string       UINT_64
//	messages    how many, 1 at least                      digits      number       UINT_64
//
// CSV has a head and no quotes, for there is nothing to quote. JSON has one object for each server, on a line of its own, with
// guild_id, messages (their sum) and rows. Parquet is one file, compressed with Zstandard.
package export
