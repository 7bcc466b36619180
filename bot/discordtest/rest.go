package discordtest

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"

	"tally/eventlog/snowflake"
)

// route is a REST route. Its pattern is below /api/v9 or v10; {c}, {g} and {app} are major
// parameters.
type route struct {
	method, pattern string
	handle          func(*call) *apiError
	open            bool // no Authorization needed: the token in the path authorises
	exempt          bool // from all rate limits
	page            bool // asks for a history page
}

// call is a request on its way.
type call struct {
	s      *Server
	w      http.ResponseWriter
	r      *http.Request
	route  *route
	status int

	held    bool            // its answer comes slowly or by half: nobody has been told
	page    *HistoryRequest // of the history route
	pageErr *apiError
}

// handler builds the server's HTTP handler.
func (s *Server) handler() http.Handler {
	mux := http.NewServeMux()
	for _, rt := range s.routes() {
		mux.HandleFunc(rt.method+" /api/{v}"+rt.pattern, func(w http.ResponseWriter, r *http.Request) {
			(&call{s: s, w: w, r: r, route: &rt}).run()
		})
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" && strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
			s.serveGateway(w, r)
			return
		}
		s.viol.add("rest: unknown route %s %s", r.Method, r.URL.Path)
		c := &call{s: s, w: w, r: r, route: &route{open: true, exempt: true, handle: func(*call) *apiError {
			return &apiError{status: 404, message: "404: Not Found"}
		}}}
		c.run()
	})
	return mux
}

func (s *Server) routes() []route {
	return concat(s.guildRoutes(), s.channelRoutes(), s.messageRoutes(), s.commandRoutes(), s.interactionRoutes())
}

func concat(lists ...[]route) (all []route) {
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

// run carries a request through fault, checks, limits and its handler.
func (c *call) run() {
	c.w.Header()["Date"] = []string{c.s.Now().UTC().Format(http.TimeFormat)}
	if c.route.page {
		c.page, c.pageErr = c.historyRequest()
	}
	f := c.s.rules.fault(c.r)
	if f != nil && c.faulty(f) {
		c.s.stats.record(c)
		return
	}
	send := c.hold(f)
	if err := c.checked(); err != nil {
		c.fail(err)
	}
	c.s.limit.finished(c)
	c.s.stats.record(c)
	send()
}

func (c *call) checked() *apiError {
	defer func() { _, _ = io.Copy(io.Discard, c.r.Body) }()
	if err := c.s.limit.admit(c); err != nil {
		return err
	}
	if v := c.r.PathValue("v"); v != "" && v != "v9" && v != "v10" {
		c.s.viol.add("rest: API version %s", v)
		return &apiError{400, 50041, "Invalid API version", nil}
	}
	if ua := c.r.UserAgent(); !strings.HasPrefix(ua, "DiscordBot") && !strings.HasPrefix(ua, "Mozilla") {
		c.s.viol.add("rest: User-Agent %q; Discord wants DiscordBot (url, version)", ua)
		return &apiError{403, 40333, "internal network error", nil}
	}
	if !c.route.open && c.r.Header.Get("Authorization") != "Bot "+c.s.opts.Token {
		return errUnauthorized
	}
	return c.route.handle(c)
}

// reply answers with JSON; a nil body is no body.
func (c *call) reply(status int, body any) *apiError {
	if body == nil {
		c.status = status
		c.w.WriteHeader(status)
		return nil
	}
	return c.raw(status, mustJSON(body))
}

// raw answers with JSON that is made already.
func (c *call) raw(status int, b []byte) *apiError {
	c.status = status
	h := c.w.Header()
	h["Content-Type"] = []string{"application/json"}
	h["Content-Length"] = []string{strconv.Itoa(len(b))}
	c.w.WriteHeader(status)
	_, _ = c.w.Write(b) // a client that went away needs no answer
	return nil
}

// id reads a path parameter.
func (c *call) id(name string) (snowflake.ID, *apiError) {
	v := c.r.PathValue(name)
	id, err := snowflake.Parse(v)
	if err != nil {
		return 0, formError(name, "NUMBER_TYPE_COERCE", `Value "`+v+`" is not snowflake.`)
	}
	return id, nil
}

// decode reads a JSON body.
func (c *call) decode(v any) *apiError {
	if err := json.NewDecoder(io.LimitReader(c.r.Body, maxBody)).Decode(v); err != nil {
		c.s.viol.add("rest: %s %s: body: %v", c.r.Method, c.r.URL.Path, err)
		return &apiError{400, 50109, "The request body contains invalid JSON.", nil}
	}
	return nil
}

// maxBody is the largest request in bytes.
const maxBody = 25 << 20
