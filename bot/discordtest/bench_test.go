package discordtest

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/coder/websocket"

	"tally/eventlog/snowflake"
)

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		loaded(b)
	}
}

func BenchmarkGenerate(b *testing.B) {
	for b.Loop() {
		Generate(newServer(b, Options{}), GenerateOptions{Messages: 1_000_000, Channels: 400, Users: 10_000})
	}
	b.ReportMetric(1e6*float64(b.N)/b.Elapsed().Seconds(), "messages/s")
}

func BenchmarkHistoryHandler(b *testing.B) {
	s := newServer(b, Options{})
	g := Generate(s, GenerateOptions{Messages: 100_000})
	path := fmt.Sprintf("/channels/%v/messages?limit=100&before=", g.Channels()[0])
	before, bytes := ^snowflake.ID(0), 0
	for b.Loop() {
		bytes += len(serve(s, path+before.String()))
		h := s.stats.pages[len(s.stats.pages)-1]
		if before = h.Oldest; h.Served < 100 {
			before = ^snowflake.ID(0)
		}
	}
	b.ReportMetric(float64(s.Stats().Messages)/b.Elapsed().Seconds(), "messages/s")
	b.ReportMetric(float64(bytes)/float64(s.Stats().Messages), "B/message")
}

// BenchmarkHistoryHTTP reads the newest page over loopback connections; client and server share the CPUs.
func BenchmarkHistoryHTTP(b *testing.B) {
	s := newServer(b, Options{})
	g := Generate(s, GenerateOptions{Messages: 100_000})
	url := fmt.Sprintf("%s/api/v10/channels/%v/messages?limit=100", s.URL(), g.Channels()[0])
	c := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	defer c.CloseIdleConnections()
	b.SetParallelism(4)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			r, _ := http.NewRequest("GET", url, nil)
			r.Header.Set("Authorization", "Bot "+s.Token())
			r.Header.Set("User-Agent", "DiscordBot (x, 1)")
			resp, err := c.Do(r)
			if err != nil {
				b.Error(err)
				return
			}
			_, _ = io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
		}
	})
	b.ReportMetric(float64(s.Stats().Messages)/b.Elapsed().Seconds(), "messages/s")
}

// BenchmarkDispatch sends messages to a bare gateway client that reads them all.
func BenchmarkDispatch(b *testing.B) {
	s, g, ch := newChannel(b, Options{})
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ws, _, err := websocket.Dial(ctx, s.gatewayURL(), nil)
	if err != nil {
		b.Fatal(err)
	}
	defer ws.CloseNow()
	ws.SetReadLimit(1 << 20)
	if err := ws.Write(ctx, websocket.MessageText, []byte(hello)); err != nil {
		b.Fatal(err)
	}
	if _, err := hear(ctx, ws, isType("GUILD_CREATE")); err != nil {
		b.Fatal(err)
	}
	ann := g.AddUser("ann", false)
	start := time.Now()
	for b.Loop() {
		s.Send(ch, Message{Author: ann})
	}
	for range b.N {
		if _, _, err := ws.Read(ctx); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/time.Since(start).Seconds(), "messages/s")
}
