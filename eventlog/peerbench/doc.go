// Peerbench measures Tally's log beside what else could keep a server's messages: SQLite with the usual
// schema, in C and in Go, bbolt with one key an event, tidwall/wal, and NATS JetStream.
//
// All get the same made-up history in the same order, as an import reads it: channels side by side,
// each from its newest message to its oldest, 100 a page. Each peer is given it in the batches that
// it is fastest with and counts the messages of each person from what it has stored. Then all take single messages in
// turn, each durable before the next. All must count the same, or the run fails.
//
// It is a module of its own, so that who builds or imports Tally downloads none of the peers.
//
//	make bench-peers                             # 1 M messages
//	make bench-peers PEERS="-messages 10000000"
package main
