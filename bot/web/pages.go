package web

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"tally/bot/report"
	"tally/eventlog/snowflake"
)

// home shows the only guild, or all of them, one below the other.
func (s *Server) home(w http.ResponseWriter, r *http.Request) {
	guilds, err := s.guilds()
	if err != nil {
		s.broken(w, r, err)
		return
	}
	s.page(w, r, guilds)
}

func (s *Server) guild(w http.ResponseWriter, r *http.Request) {
	if guild, ok := s.known(w, r); ok {
		s.page(w, r, []snowflake.ID{guild})
	}
}

func (s *Server) page(w http.ResponseWriter, r *http.Request, guilds []snowflake.ID) {
	p := report.Page{Version: s.opt.Version, Name: s.opt.Bot.Name, Home: "/", API: "/api/v1/guilds/"}
	for _, guild := range guilds {
		f, err := s.figures.of(guild)
		if err != nil {
			s.broken(w, r, err)
			return
		}
		p.Guilds = append(p.Guilds, f)
	}
	var b bytes.Buffer
	if err := report.Write(&b, p); err != nil {
		s.broken(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = b.WriteTo(w) // who asked has gone
}

// guilds returns those that the log holds; of others nothing is kept.
func (s *Server) guilds() ([]snowflake.ID, error) {
	guilds, err := s.opt.Log.Guilds()
	if err == nil {
		s.figures.keepOnly(guilds)
	}
	return guilds, err
}

// known returns the guild that a path names, if the log holds it; else it has answered.
func (s *Server) known(w http.ResponseWriter, r *http.Request) (snowflake.ID, bool) {
	guild, err := snowflake.Parse(r.PathValue("guild"))
	if err != nil {
		fail(w, r, http.StatusBadRequest, err.Error())
		return 0, false
	}
	guilds, err := s.guilds()
	if err != nil {
		s.broken(w, r, err)
		return 0, false
	}
	if !slices.Contains(guilds, guild) {
		fail(w, r, http.StatusNotFound, "the log holds nothing of this server")
		return 0, false
	}
	return guild, true
}

// healthz says whether the log can be read.
func (s *Server) healthz(w http.ResponseWriter, r *http.Request) {
	if _, err := s.opt.Log.Guilds(); err != nil {
		s.opt.Logger.Error("the log can't be read", "error", err)
		fail(w, r, http.StatusServiceUnavailable, "the log can't be read")
		return
	}
	say(w, "ok")
}

// readyz says whether the bot listens to Discord.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) {
	if !s.opt.Bot.Connected() {
		fail(w, r, http.StatusServiceUnavailable, "not connected to the gateway")
		return
	}
	say(w, "ready")
}

func say(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte(text + "\n"))
}

// broken answers that something went wrong here. Who asks isn't told what: the operator's log is.
func (s *Server) broken(w http.ResponseWriter, r *http.Request, err error) {
	s.opt.Logger.Error("a request was not answered", "path", r.URL.Path, "error", err)
	fail(w, r, http.StatusInternalServerError, "the log could not be read; the bot's own log says why")
}

// fail answers with an error: as JSON to who asks the API, else as a line.
func fail(w http.ResponseWriter, r *http.Request, code int, text string) {
	if strings.HasPrefix(r.URL.Path, "/api/") {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		_ = json.NewEncoder(w).Encode(map[string]string{"error": text})
		return
	}
	http.Error(w, text, code)
}
