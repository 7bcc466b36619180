// Package web shows a running bot's figures over HTTP, to look at and for programs: the report as a page, the
// same figures as JSON, metrics for Prometheus, and whether the bot is well. It reads, and changes nothing.
//
//	/                                  all servers, or the only one
//	/guilds/{guild}                    one server's page
//	/api/v1/guilds                     their figures as JSON; see API.md
//	/metrics                           for Prometheus
//	/healthz, /readyz                  200, or 503 and why not
//
// Who reaches the port sees everything, so it is bound to loopback unless there is a token; then every request
// but those for /healthz and /readyz must bring it.
package web
