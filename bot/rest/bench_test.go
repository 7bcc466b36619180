package rest

import (
	"strings"
	"testing"

	"tally/bot/discord"
)

// BenchmarkHistory reads full pages without a pace and without a network: what the layers themselves cost.
func BenchmarkHistory(b *testing.B) {
	one := strings.Replace(oneMessage, `"flags":4`, `"flags":4,"content":"`+strings.Repeat("x", 800)+`"`, 1)
	page := "[" + strings.TrimSuffix(strings.Repeat(one+",", MaxPage), ",") + "]"
	tr, err := NewTransport(Options{GlobalPerSecond: Unlimited, HistoryPerSecond: Unlimited, Next: &fake{answer: always(200, page)}})
	if err != nil {
		b.Fatal(err)
	}
	c := NewClient(NewSession(secret, tr))
	var dst []discord.Message
	b.SetBytes(int64(len(page)))
	b.ReportAllocs()
	for b.Loop() {
		if dst, err = c.AppendMessages(b.Context(), dst[:0], 7, Query{}); err != nil || len(dst) != MaxPage {
			b.Fatal(len(dst), err)
		}
	}
}
