package rest

import (
	"errors"
	"testing"
)

// TestSearchTotal has the answers that a search gets.
func TestSearchTotal(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		answer string
		total  uint64
		want   error
	}{
		"found":          {status: 200, answer: `{"doing_deep_historical_index":false,"total_results":1234567,"messages":[[{"id":"5"}]]}`, total: 1234567},
		"nothing":        {status: 200, answer: `{"doing_deep_historical_index":false,"total_results":0,"messages":[]}`},
		"indexing":       {status: 202, answer: `{"message":"Index not yet available. Try again later","code":110000,"documents_indexed":0,"retry_after":2}`, want: ErrNotIndexed},
		"indexing still": {status: 200, answer: `{"doing_deep_historical_index":true,"documents_indexed":7,"total_results":7,"messages":[]}`, want: ErrNotIndexed},
		"not allowed":    {status: 403, answer: `{"message":"Missing Access","code":50001}`, want: ErrNoAccess},
	} {
		t.Run(name, func(t *testing.T) {
			client, _, f := newFake(t, Options{}, always(c.status, c.answer))
			total, err := client.SearchTotal(t.Context(), 7, 500)
			if total != c.total || !errors.Is(err, c.want) {
				t.Errorf("%d, %v; want %d, %v", total, err, c.total, c.want)
			}
			if all := f.sent(); len(all) != 1 || all[0].path != "/api/v9/guilds/7/messages/search?include_nsfw=true&limit=1&max_id=500" {
				t.Errorf("it asked for %+v", all)
			}
		})
	}
}
