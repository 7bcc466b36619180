package rest

import "strings"

// route is what pacing and error messages know of a request's path.
type route struct {
	method   string
	template string // path with ids and tokens replaced by names; safe to log
	key      string // names the bucket; holds an interaction's token, so never logged
	exempt   bool   // interaction endpoints: no global limit, and the token in the path authorises
	history  bool   // a page of a channel's messages
}

// routeOf reads a route from a path such as /api/v9/channels/123/messages. Discord limits requests by
// method, route and the first id of these paths
// (https://discord.com/developers/docs/topics/rate-limits).
func routeOf(method, path string) route {
	if i := strings.Index(path, "/api/v"); i >= 0 {
		path = path[i+len("/api/v"):]
		if i = strings.IndexByte(path, '/'); i >= 0 {
			path = path[i:]
		}
	}
	parts := strings.Split(strings.Trim(path, "/"), "/")
	major := ""
	for i, p := range parts {
		switch {
		case i == 1 && isMajor(parts[0]):
			major = p
			parts[i] = "{id}"
		case i == 2 && hasToken(parts[0]):
			major += "/" + p
			parts[i] = "{token}"
		case isNumber(p):
			parts[i] = "{id}"
		}
	}
	r := route{method: method, template: "/" + strings.Join(parts, "/")}
	r.exempt = len(parts) > 2 && hasToken(parts[0])
	r.history = method == "GET" && r.template == "/channels/{id}/messages"
	r.key = method + " " + r.template + " " + major
	return r
}

func (r route) String() string { return r.method + " " + r.template }

func isMajor(first string) bool {
	return first == "channels" || first == "guilds" || hasToken(first)
}

// hasToken says whether the third part of such a path is a secret.
func hasToken(first string) bool { return first == "webhooks" || first == "interactions" }

func isNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
