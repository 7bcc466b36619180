package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"tally/bot/report"
	"tally/eventlog/snowflake"
)

// The rows of a list that are given without a limit, and at the most.
const (
	usualLimit = 100
	mostLimit  = 1000
)

func (s *Server) routeAPI(mux *http.ServeMux) {
	mux.HandleFunc("GET /api/v1/guilds", s.apiGuilds)
	for path, answer := range map[string]func(*report.Figures, *http.Request) (any, error){
		"":             func(f *report.Figures, _ *http.Request) (any, error) { return f.Summary, nil },
		"/leaderboard": func(f *report.Figures, r *http.Request) (any, error) { return listed(r, f.Summary, "users", f.Users) },
		"/channels": func(f *report.Figures, r *http.Request) (any, error) {
			return listed(r, f.Summary, "channels", f.Channels)
		},
		"/days":     func(f *report.Figures, _ *http.Request) (any, error) { return of(f.Summary, "days", f.Days), nil },
		"/hours":    func(f *report.Figures, _ *http.Request) (any, error) { return of(f.Summary, "hours", f.Hours), nil },
		"/gaps":     func(f *report.Figures, _ *http.Request) (any, error) { return of(f.Summary, "gaps", f.Gaps), nil },
		"/coverage": coverage,
	} {
		mux.HandleFunc("GET /api/v1/guilds/{guild}"+path, func(w http.ResponseWriter, r *http.Request) { s.api(w, r, answer) })
	}
	mux.HandleFunc("GET /api/", func(w http.ResponseWriter, r *http.Request) { fail(w, r, http.StatusNotFound, "there is nothing here") })
}

func (s *Server) api(w http.ResponseWriter, r *http.Request, answer func(*report.Figures, *http.Request) (any, error)) {
	guild, ok := s.known(w, r)
	if !ok {
		return
	}
	f, err := s.figures.of(guild)
	if err != nil {
		s.broken(w, r, err)
		return
	}
	v, err := answer(f, r)
	if err != nil {
		fail(w, r, http.StatusBadRequest, err.Error())
		return
	}
	give(w, v)
}

// apiGuilds gives all guilds' summaries.
func (s *Server) apiGuilds(w http.ResponseWriter, r *http.Request) {
	guilds, err := s.guilds()
	if err != nil {
		s.broken(w, r, err)
		return
	}
	all := []report.Summary{}
	for _, guild := range guilds {
		f, err := s.figures.of(guild)
		if err != nil {
			s.broken(w, r, err)
			return
		}
		all = append(all, f.Summary)
	}
	give(w, map[string]any{"guilds": all})
}

// of puts a list with what it is of.
func of(s report.Summary, name string, list any) map[string]any {
	return map[string]any{"guild_id": s.Guild, "position": s.Position, name: list}
}

// listed gives the rows of a list from offset on, limit at the most.
func listed[T any](r *http.Request, s report.Summary, name string, all []T) (any, error) {
	limit, err := number(r, "limit", usualLimit, mostLimit)
	if err != nil {
		return nil, err
	}
	offset, err := number(r, "offset", 0, 1<<31-1)
	if err != nil {
		return nil, err
	}
	rows := all[min(offset, len(all)):]
	v := of(s, name, rows[:min(limit, len(rows))])
	v["total"], v["offset"] = len(all), offset
	return v, nil
}

func number(r *http.Request, name string, usual, most int) (int, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return usual, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > most {
		return 0, fmt.Errorf("%s is a number from 0 to %d", name, most)
	}
	return n, nil
}

// coverage gives the cells of all channels, or of one.
func coverage(f *report.Figures, r *http.Request) (any, error) {
	text := r.URL.Query().Get("channel")
	if text == "" {
		return of(f.Summary, "coverage", f.Coverage), nil
	}
	channel, err := snowflake.Parse(text)
	if err != nil {
		return nil, err
	}
	cells := []report.Cell{}
	for _, c := range f.Coverage {
		if c.Channel == channel {
			cells = append(cells, c)
		}
	}
	return of(f.Summary, "coverage", cells), nil
}

func give(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // who asked has gone
}
