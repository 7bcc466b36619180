package web

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"tally/projections"
)

func (s *Server) metrics() http.Handler {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), &collector{s})
	return promhttp.HandlerFor(r, promhttp.HandlerOpts{})
}

// collector asks the bot and the log at each scrape; nothing is kept.
type collector struct{ s *Server }

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("tally_"+name, help, labels, nil)
}

// Of each guild.
var (
	descMessages  = describe("messages", "Messages that count.", "guild")
	descPeople    = describe("people", "People who have messages that count.", "guild")
	descImporting = describe("import_running", "1 while an import runs, else 0.", "guild")
	descImported  = describe("import_messages", "Messages, of every type and by everyone, of the import that runs or ended last.", "guild")
	descGaps      = describe("open_gaps", "Spans in which messages may be missing, not all read yet.", "guild")
	descUnchecked = describe("unchecked_channels", "Channels in which messages may have been deleted unheard.", "guild")
)

// Of the bot.
var (
	descInfo      = describe("info", "1; the version is a label.", "version")
	descConnected = describe("connected", "1 while the gateway's connection stands, else 0.")
	descLog       = describe("log_bytes", "Size of the log's pages that are in use.")
	descRequests  = describe("discord_requests_total", "Requests sent to Discord, those sent again included.")
	descRetries   = describe("discord_retries_total", "Requests sent again.")
	descLimited   = describe("discord_rate_limited_total", "Answers 429.")
	descInvalid   = describe("discord_invalid_total", "Answers that count towards a ban: 401, 403, 429 unless shared.")
	descFailures  = describe("discord_failures_total", "Answers 5xx, and requests without a whole answer.")
	descBytes     = describe("discord_received_bytes_total", "Bytes of Discord's answers.")
)

// Describe names all metrics.
func (c *collector) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		descMessages, descPeople, descImporting, descImported, descGaps, descUnchecked, descInfo, descConnected, descLog,
		descRequests, descRetries, descLimited, descInvalid, descFailures, descBytes,
	} {
		to <- d
	}
}

// Collect gives their values.
func (c *collector) Collect(to chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	gauge(descInfo, 1, c.s.opt.Version)
	gauge(descConnected, oneIf(c.s.opt.Bot.Connected()))
	if size, err := c.s.opt.Log.UsedBytes(); err == nil {
		gauge(descLog, float64(size))
	}
	c.s.opt.Bot.EachGuild(func(g *projections.Guild) {
		id := g.ID.String()
		gauge(descMessages, float64(g.Total()), id)
		gauge(descPeople, float64(g.Writers()), id)
		gauge(descImporting, oneIf(g.Running() != nil), id)
		if last := g.LastImport(); last != nil {
			gauge(descImported, float64(last.Messages), id)
		}
		gauge(descGaps, float64(len(g.Gaps())), id)
		gauge(descUnchecked, float64(len(g.Unchecked(g.ParentOf))), id)
	})
	r := c.s.opt.Bot.Requests()
	for d, n := range map[*prometheus.Desc]int64{
		descRequests: r.Requests, descRetries: r.Retries, descLimited: r.RateLimited,
		descInvalid: r.Invalid, descFailures: r.Failures, descBytes: r.Bytes,
	} {
		to <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(n))
	}
}

func oneIf(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}
