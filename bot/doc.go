// Package bot is Tally on Discord. It wires the rooms beneath it together and routes the gateway's
// events: session keeps the connection, directory knows the channels, gate lets messages into the log
// once, importer reads the history, commands answers people.
//
//	rest, discord → history → importer ↘
//	session → bot → directory           gate → projections → eventlog
//	               → commands → verify ↗
package bot
